"""What counts of two runs at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.evidence.duet import NOTE, duet_notes, seconds_in_step
from optim.evidence.spec import Spec, SpecError, attribution_arms, pair_arms
from optim.evidence.statistics import Interval
from profiles.records import RunRecord, TaskRecord


def run(key: str, tasks: dict[str, float], **special: TaskRecord) -> RunRecord:
    plain = {name: TaskRecord(task_id=name, index=at, seconds=spent) for at, (name, spent) in enumerate(tasks.items())}
    return RunRecord(key=key, label=key, tasks=tuple({**plain, **special}.values()))


seconds = st.dictionaries(st.sampled_from("abcdef"), st.floats(0.001, 100), max_size=6)


@given(seconds, seconds)
def test_only_tasks_that_both_did_count(one: dict[str, float], two: dict[str, float]) -> None:
    both = one.keys() & two.keys()
    first, second = seconds_in_step(run("1", one), run("2", two))
    if not both:
        assert first is None and second is None
        return
    assert first == pytest.approx(sum(one[task] for task in both))
    assert second == pytest.approx(sum(two[task] for task in both))


@pytest.mark.parametrize(
    "special",
    [
        TaskRecord(task_id="b", index=1, seconds=9.0, counts={"killed": 1}),
        TaskRecord(task_id="b", index=1, seconds=9.0, status="failed"),
        TaskRecord(task_id="b", index=1, seconds=None),
    ],
)
def test_a_task_that_was_begun_again_or_failed_does_not(special: TaskRecord) -> None:
    one, two = run("1", {"a": 1.0, "b": 2.0}), run("2", {"a": 3.0, "b": 4.0}, b=special)
    assert seconds_in_step(one, two) == seconds_in_step(two, one)[::-1] == (1.0, 3.0)


def test_how_long_one_was_alone_is_said_where_it_is_much() -> None:
    def notes(speedup: float) -> list[str]:
        return duet_notes(Interval(speedup=speedup, low=speedup, high=speedup, blocks=9))

    assert duet_notes(None) == notes(1.02) == [NOTE]
    assert "50.0% of the time" in notes(2.0)[1] and notes(2.0) == notes(0.5)


def test_only_a_pair_is_a_duet() -> None:
    assert Spec.from_json(Spec(kind="pair", arms=pair_arms("none", "a"), duet=True).to_json()).duet
    with pytest.raises(SpecError, match="a duet is of two configs"):
        Spec(kind="attribution", arms=attribution_arms(("a", "b")), duet=True)
