"""A breakdown adds up: to the wall-clock of a serial run, to 100% always, and never more than is known."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.breakdown import (
    breakdown,
    faster,
    overhead_share,
    phase_tree,
    timed_phases,
    unaccounted_seconds,
)
from profiles.journal import read_journal
from profiles.recorder import Recorder
from profiles.records import PhaseTiming, RunRecord, TaskRecord
from tests.profiles.fakes import FakeClock, git_asked_once, play, runs  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("git_asked_once")


def phase(path: str, total: float, own: float, category: str = "framework", basis: str = "sum") -> PhaseTiming:
    return PhaseTiming(
        path=tuple(path.split("/")), total_seconds=total, self_seconds=own, category=category, basis=basis
    )


PHASES = (
    phase("score", 6.0, 1.0),
    phase("score/dsl", 4.0, 4.0, "dsl"),
    phase("score/compile", 1.0, 1.0),
    phase("save", 2.0, 2.0, "io"),
)


def run(phases: tuple[PhaseTiming, ...] = PHASES, wall: float | None = 10.0, **fields: Any) -> RunRecord:
    return RunRecord(key="k", label="run", wall_seconds=wall, phases=phases, **fields)


@given(runs)
def test_shares_of_a_recorded_run_add_up_to_exactly_100_percent(steps: Any) -> None:
    clock = FakeClock()
    recorder = Recorder(clock)
    play(recorder, clock, steps)
    record = RunRecord.from_json(recorder.finish())
    found = breakdown(record)
    assert math.fsum(found.shares.values()) == float(bool(record.phases and record.wall_seconds))
    assert all(share >= 0 for share in found.shares.values())
    assert found.whole_seconds == pytest.approx(record.wall_seconds, abs=1e-6) or not record.phases


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.lists(st.sampled_from(["dsl", "framework", "io"])))
def test_shares_of_any_seconds_add_up_to_exactly_100_percent(seconds: list[float], names: list[str]) -> None:
    names = [*names, "dsl"]
    phases = tuple(phase(f"p{n}", one, one, names[n % len(names)]) for n, one in enumerate(seconds))
    shares = breakdown(run(phases, wall=math.fsum(seconds) * 1.3)).shares
    assert math.fsum(shares.values()) == 1.0 or shares == {}


def test_a_serial_run_is_broken_down_to_its_wall_clock() -> None:
    found = breakdown(run())
    assert found.unit == "wall-clock"
    assert found.seconds == {"dsl": 4.0, "framework": 2.0, "io": 2.0, "unaccounted": 2.0}
    assert found.shares == {"dsl": 0.4, "framework": 0.2, "io": 0.2, "unaccounted": 0.2}
    assert overhead_share(run()) == pytest.approx(0.6)


def workers(*phases: PhaseTiming) -> tuple[PhaseTiming, ...]:
    """The same phases as seconds of workers."""
    return tuple(dataclasses.replace(one, basis="workers") for one in phases)


def test_a_run_with_workers_is_broken_down_to_wall_clock_x_workers() -> None:
    record = run(workers(*PHASES), workers=2)
    found = breakdown(record)
    assert (found.unit, found.whole_seconds, unaccounted_seconds(record)) == ("worker-seconds", 20.0, 12.0)
    assert overhead_share(record) == 0.8


def test_a_worker_without_a_task_is_idle_and_what_no_phase_of_a_task_covers_is_unaccounted() -> None:
    tasks = [TaskRecord(task_id=name, index=0, seconds=4.5, phases=workers(*PHASES[1:])) for name in "ab"]
    found = breakdown(
        run(workers(phase("score", 16.0, 2.0), phase("score/dsl", 14.0, 14.0, "dsl")), workers=4, tasks=tuple(tasks))
    )
    # 16 s in phases of which 14 lie in the tasks' 9 s: the tasks are over-full, nothing in them is unaccounted.
    assert found.seconds == {"dsl": 14.0, "framework": 2.0, "idle": 24.0, "unaccounted": 0.0}
    tasks = [TaskRecord(task_id=name, index=0, seconds=5.0, phases=workers(phase("score", 4.0, 4.0))) for name in "ab"]
    found = breakdown(run(workers(phase("score", 8.0, 8.0), phase("between", 1.0, 1.0)), workers=2, tasks=tuple(tasks)))
    assert found.seconds == {"framework": 9.0, "idle": 9.0, "unaccounted": 2.0}
    assert [part.path for part in found.parts][-2:] == [("idle",), ("unaccounted",)]


def test_what_workers_did_is_not_called_idle_while_the_seconds_of_a_task_are_not_known() -> None:
    tasks = (TaskRecord(task_id="a", index=0, seconds=2.0), TaskRecord(task_id="b", index=1, seconds=None))
    found = breakdown(run(workers(phase("score", 1.0, 1.0)), workers=2, tasks=tasks))
    assert found.seconds == {"framework": 1.0, "unaccounted": 19.0}


@given(runs, st.integers(1, 4), st.floats(0, 3))
def test_parts_of_any_recorded_run_add_up_to_wall_clock_x_workers(steps: Any, number: int, more: float) -> None:
    clock = FakeClock()
    recorder = Recorder(clock)
    play(recorder, clock, steps)
    plain = RunRecord.from_json(recorder.finish())
    basis = "sum" if number == 1 else "workers"
    record = plain.replace(
        workers=number,
        wall_seconds=(plain.wall_seconds or 0.0) + more,
        phases=tuple(dataclasses.replace(one, basis=basis) for one in plain.phases),
    )
    found = breakdown(record)
    assert math.fsum(part.self_seconds for part in found.parts) == pytest.approx(found.whole_seconds)
    if record.phases:
        assert found.whole_seconds == pytest.approx((record.wall_seconds or 0.0) * number)
    assert all(part.self_seconds >= 0 for part in found.parts)


def test_a_phase_that_bears_the_reserved_name_is_unaccounted_too() -> None:
    record = run((phase("score", 6.0, 6.0), phase("unaccounted", 3.0, 3.0)))
    found = breakdown(record)
    assert found.seconds == {"framework": 6.0, "unaccounted": 4.0}
    assert unaccounted_seconds(record) == 4.0
    assert [(part.path, part.self_seconds) for part in found.parts] == [(("score",), 6.0), (("unaccounted",), 4.0)]


def test_one_path_in_two_categories_keeps_the_seconds_of_both() -> None:
    found = breakdown(run((phase("score", 3.0, 3.0), phase("score", 4.0, 4.0, "dsl"))))
    assert found.seconds == {"dsl": 4.0, "framework": 3.0, "unaccounted": 3.0}
    assert found.by_path() == {("score",): 7.0, ("unaccounted",): 3.0}
    (score, rest) = phase_tree(found)
    assert (score.timing.category, score.timing.total_seconds, score.timing.self_seconds) == ("dsl", 7.0, 4.0)
    assert [(node.timing.path, node.timing.self_seconds) for node in score.children] == [
        (("score", "as framework"), 3.0)
    ]
    assert rest.timing.path == ("unaccounted",)


def test_one_path_in_two_bases_is_part_of_the_whole_once() -> None:
    both = (phase("score", 3.0, 3.0), phase("score", 4.0, 4.0, basis="workers"))
    assert breakdown(run(both)).seconds == {"framework": 3.0, "unaccounted": 7.0}
    assert breakdown(run(both, workers=2)).seconds == {"framework": 7.0, "unaccounted": 13.0}


def test_a_phase_without_a_category_is_framework_beside_work_and_else_of_unknown_kind() -> None:
    unknown = phase("inline", 2.0, 2.0, "unknown")
    beside = run((unknown, phase("fit", 4.0, 4.0, "work")))
    assert breakdown(beside).seconds == {"work": 4.0, "framework": 2.0, "unaccounted": 4.0}
    assert overhead_share(beside) == 0.6
    alone = run((unknown,), config=frozenset())
    assert breakdown(alone).seconds == {"unknown": 2.0, "unaccounted": 8.0}
    assert overhead_share(alone) is None


CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases lie elsewhere")
def test_a_journal_with_a_phase_of_the_reserved_name_adds_up() -> None:
    record = read_journal(CASES / "journal_phase_unaccounted.jsonl")
    assert breakdown(record).seconds == {"framework": 11.0, "unaccounted": 3.0}


@pytest.mark.parametrize(
    ("record", "rest"),
    [
        (run(), 2.0),
        (run(wall=None), None),
        (run(workers=2), 12.0),
        (run(()), None),
        (run(wall=8.0 - 1e-9), 0.0),
        (run(wall=5.0), -3.0),
        (run((phase("score", 6.0, 6.0), phase("phase4", 9.0, 9.0, basis="last_task"))), 4.0),
    ],
)
def test_unaccounted_is_known_where_there_is_a_whole(record: RunRecord, rest: float | None) -> None:
    assert unaccounted_seconds(record) == rest


def test_phases_that_claim_more_than_the_whole_are_shares_of_what_they_claim() -> None:
    found = breakdown(run(wall=5.0))
    assert (found.seconds["unaccounted"], found.shares["dsl"]) == (0.0, 0.5)
    assert overhead_share(run(wall=3.0)) is None


def test_the_overhead_is_unknown_without_dsl_phases() -> None:
    assert overhead_share(run((phase("inline", 1.0, 1.0),))) is None
    assert overhead_share(run(())) is None


def test_without_a_wall_clock_the_unit_is_phase_seconds() -> None:
    assert breakdown(run(wall=None)).unit == "phase seconds"
    assert breakdown(run((), wall=None)).shares == {}


def test_a_run_without_phases_of_its_own_takes_its_tasks() -> None:
    tasks = tuple(TaskRecord(task_id=name, index=0, seconds=5.0, phases=PHASES[:3]) for name in "ab")
    record = run((), tasks=tasks)
    assert [one.total_seconds for one in timed_phases(record)] == [12.0, 8.0, 2.0]


def test_the_tree_has_children_largest_first_and_shares_of_the_wall_clock() -> None:
    score, save = phase_tree(run())
    assert (score.timing.path, score.share, save.share) == (("score",), 0.6, 0.2)
    assert [node.timing.name for node in score.children] == ["dsl", "compile"]


def test_parents_that_were_not_recorded_are_made_up_of_their_children() -> None:
    (root,) = phase_tree([phase("a/b/c", 2.0, 2.0, "io"), phase("a/b/d", 3.0, 3.0, "io"), phase("a/e", 1.0, 1.0)])
    assert (root.timing.path, root.timing.total_seconds, root.timing.self_seconds, root.share) == (
        ("a",),
        6.0,
        0.0,
        1.0,
    )
    assert [(node.timing.name, node.timing.total_seconds, node.timing.category) for node in root.children] == [
        ("b", 5.0, "io"),
        ("e", 1.0, "framework"),
    ]


def test_a_tree_as_deep_as_can_be_needs_no_recursion() -> None:
    deepest = PhaseTiming(path=("f",) * 1500, total_seconds=1.0, self_seconds=1.0)
    (root,) = phase_tree([deepest])
    assert root.timing.total_seconds == 1.0


@pytest.mark.parametrize(
    ("factors", "seconds"),
    [
        ({}, 10.0),
        ({"score": 2.0}, 7.0),
        ({("score", "dsl"): 4.0}, 7.0),
        ({"score": 2.0, "score/dsl": 1.0}, 9.0),
        ({"score/compile": math.inf, "save": 0.5}, 11.0),
    ],
)
def test_what_if_phases_were_faster(factors: Any, seconds: float) -> None:
    assert faster(breakdown(run()), factors).whole_seconds == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("factors", "said"), [({"scoring": 2.0}, "it has: save, score"), ({"save": 0.0}, "above 0, got 0")]
)
def test_what_can_not_be_is_refused(factors: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        faster(breakdown(run()), factors)
