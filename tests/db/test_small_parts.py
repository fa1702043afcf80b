from __future__ import annotations

import os
import subprocess
import sys

import pytest

from profiles.processes import is_gone, owner_of


def test_this_process_is_here_and_one_that_ended_is_not() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    owner = owner_of(child.pid)
    assert is_gone(child.pid, owner) is False
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert is_gone(child.pid, owner) is True, "a process that ended but was not waited for has ended"
    child.communicate()
    assert is_gone(child.pid, owner) is True
    assert is_gone(os.getpid(), owner_of(os.getpid())) is False


@pytest.mark.parametrize("owner", [None, "", "elsewhere|boot|namespace|12", "not an owner"])
def test_what_can_not_be_looked_at_is_not_said_to_be_gone(owner: str | None) -> None:
    assert is_gone(1, owner) is None
