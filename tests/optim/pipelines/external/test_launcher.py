"""The launcher ends a command whose measurement is gone, at whichever moment that went."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

from optim.pipelines.external import launcher
from optim.pipelines.external.process import written
from profiles.system import HAS_PROCESS_GROUPS
from tests.at_work import alive, until

pytestmark = pytest.mark.skipif(not HAS_PROCESS_GROUPS, reason="needs groups of processes")


@pytest.mark.parametrize("starts", ["nothing", "a session of its own"])
def test_a_command_ends_whose_measurement_is_gone_before_it_starts(tmp_path: Path, starts: str) -> None:
    words = ["/bin/sh", "-c", "setsid sleep 60 & exec sleep 60"] if "session" in starts else ["/bin/sleep", "60"]
    orders, order = os.pipe()
    result, results = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", inspect.getsource(launcher), str(orders), str(results)],
        cwd=tmp_path, pass_fds=(orders, results), start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    env = {"PATH": os.environ["PATH"], "QUICKWIN_RUN": str(tmp_path)}
    os.write(order, written(words[0], words, env, None))
    for descriptor in (order, orders, result, results):  # as the kernel does when the measurement is killed
        os.close(descriptor)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 0 and stderr == ""
    until(lambda: not alive(tmp_path), "nothing of it is there")
