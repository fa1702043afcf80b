"""What all tests share: property tests have no deadline, since what they hold is true on a busy machine too.

They try 50 examples where they do not say how many; what one run does not find, another does, and it is kept.
"""

import gc
import os
import signal
import tempfile

import pytest
from hypothesis import settings

from tests import compiled_statements, new_databases

# Measurements of tests wait for each other, but not for one that is at work on this machine meanwhile.
os.environ["QUICKWIN_LOCKS"] = tempfile.mkdtemp(prefix="quickwin-tests-")

# Whatever started the suite (nohup, a shell's background) may have had signals ignored, which children inherit.
for _name, _handler in {"SIGHUP": signal.SIG_DFL, "SIGINT": signal.default_int_handler}.items():
    if hasattr(signal, _name) and signal.getsignal(getattr(signal, _name)) == signal.SIG_IGN:
        signal.signal(getattr(signal, _name), _handler)

# What is collected stays: searched for garbage again and again, it took an eighth of the suite's CPU seconds.
gc.set_threshold(50_000, 20, 20)

new_databases.share()
compiled_statements.share()

settings.register_profile("no_deadline", deadline=None, max_examples=50)
settings.load_profile("no_deadline")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """``-n auto``: half as many again as there are cores, since a third of the time a test waits for a process."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + (cores + 1) // 2


def pytest_collection_finish() -> None:
    """What was loaded and collected is searched for garbage a last time."""
    gc.collect()
    gc.freeze()
