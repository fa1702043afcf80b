"""A clock that the tests move, and random phase trees to record with it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import strategies as st

from profiles import recorder as module


@pytest.fixture(scope="module")
def git_asked_once() -> Iterator[None]:
    """Each of hundreds of recorders would ask git twice: here the first one does, in processes, for all of a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_git", cache(module._git))
        yield


class FakeClock:
    """Gives ``now`` seconds; ``tick`` moves it on by nanoseconds, counted as whole numbers."""

    def __init__(self, start_seconds: int = 1_000) -> None:
        self.ticks = start_seconds * 10**9

    def __call__(self) -> float:
        return self.ticks / 1e9

    def tick(self, nanoseconds: int) -> None:
        self.ticks += nanoseconds


def _steps(depth: int) -> st.SearchStrategy[Any]:
    wait = st.integers(0, 10**9)
    return wait | st.tuples(st.sampled_from("abc"), st.lists(_steps(depth - 1), max_size=4)) if depth else wait


#: A step of a pipeline: wait so many nanoseconds, or go through a phase (name, steps within it), four deep at most.
steps = _steps(4)
#: A run: steps outside of tasks (None) and within tasks (their name).
runs = st.lists(st.tuples(st.none() | st.sampled_from(["one", "two"]), st.lists(steps, max_size=5)), max_size=5)


def walk(recorder: Any, clock: FakeClock, step: Any) -> None:
    """Takes one step, and the steps within it."""
    if isinstance(step, int):
        clock.tick(step)
        return
    name, inner = step
    with recorder.phase(name, category={"a": "dsl", "b": "framework", "c": "io"}[name]):
        for one in inner:
            walk(recorder, clock, one)


def play(recorder: Any, clock: FakeClock, run: Any) -> None:
    """Plays a whole run of ``runs``."""
    for task_id, inner in run:
        if task_id is None:
            for step in inner:
                walk(recorder, clock, step)
        else:
            with recorder.task(task_id) as task:
                task.solved = task_id == "one"
                for step in inner:
                    walk(recorder, clock, step)
                recorder.count("steps", len(inner))
                recorder.cache("validation").hit()
