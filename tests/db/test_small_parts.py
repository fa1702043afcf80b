from __future__ import annotations

import os
import subprocess
import sys

import pytest

from db.configs import WIN_ORDER, config_text
from db.processes import is_gone, owner_of
from profiles.configs import WIN_NAMES, all_configs, config_name


def test_the_wins_stand_in_the_plans_order() -> None:
    assert WIN_ORDER == WIN_NAMES


@pytest.mark.parametrize("config", [*all_configs(), frozenset({"dsl_cache", "of somebody else"})], ids=config_name)
def test_a_config_is_written_as_the_command_line_writes_it(config: frozenset[str]) -> None:
    assert config_text(config) == config_name(config)


def test_an_unknown_config_has_no_name() -> None:
    assert config_text(None) is None


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
