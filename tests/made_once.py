"""What takes its time to make and is the same for all tests: made by the first worker that asks, then copied."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from profiles.system import lock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The file of that name, shared by all workers of this run of the tests; nobody may change it."""
    base = factory.getbasetemp()
    file = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with open(f"{file}.lock", "w", encoding="utf-8") as held:
        while not lock(held.fileno()):
            time.sleep(0.05)
        if not file.exists():
            part = file.with_name(f"part-{name}")
            make(part)
            part.rename(file)
    return file
