"""One compilation and one watchdog for a task's batch."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from optim.arc.settings import Settings
from tests.optim.bench import answers, small


def compilations(settings: Settings) -> int:
    phases = [phase for record in answers(settings)[1] for phase in record["phases"]]
    return sum(phase["calls"] for phase in phases if phase["path"] == ["validate", "compile"])


def test_a_task_is_compiled_once(tmp_path: Path) -> None:
    wide = {"min_score": 50, "tasks": 4}
    one_by_one = compilations(small(tmp_path / "a", **wide))
    batches = compilations(small(tmp_path / "b", wins=frozenset({"batch_validation"}), **wide))
    assert batches <= 4 < one_by_one


def test_no_thread_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise AssertionError("a thread was started")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    answers(small(tmp_path, wins=frozenset({"batch_validation"})))
