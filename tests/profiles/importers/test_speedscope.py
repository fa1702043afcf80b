"""speedscope files: evented and sampled, several threads, and the ways in which they can be wrong."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.exports import to_speedscope
from profiles.flame import session_to_speedscope
from profiles.importers import Source
from profiles.importers.base import ImportProblem
from profiles.importers.speedscope import IMPORTER
from profiles.records import PhaseTiming, RunRecord

SCHEMA = "https://www.speedscope.app/file-format-schema.json"
FRAMES = [{"name": "main", "file": "a.py", "line": 1}, {"name": "work", "file": "a.py", "line": 9}, {"name": "idle"}]


def event(kind: str, at: float, frame: int) -> dict[str, Any]:
    return {"type": kind, "at": at, "frame": frame}


EVENTED = {
    "type": "evented",
    "name": "one",
    "unit": "milliseconds",
    "startValue": 0,
    "endValue": 4000,
    "events": [event("O", 0, 0), event("O", 1000, 1), event("C", 3000, 1), event("C", 4000, 0)],
}
SAMPLED = {
    "type": "sampled",
    "name": "two",
    "unit": "seconds",
    "startValue": 0,
    "endValue": 4,
    "samples": [[0], [0, 1], [0, 1], [0]],
    "weights": [1, 1, 1, 1],
}


def own_of_phases(run: RunRecord) -> dict[str, float]:
    return {one.name: one.self_seconds for one in run.phases if one.self_seconds}


def source(*profiles: object, **changes: object) -> Source:
    plain = {"$schema": SCHEMA, "shared": {"frames": FRAMES}, "profiles": list(profiles), "name": "t", **changes}
    return Source(name="x.speedscope.json", data=json.dumps(plain).encode())


def own_seconds(profile: Any) -> dict[str, float]:
    return {stack[-1].split("\x00")[0]: seconds for stack, seconds in profile["frame_records"]}


@pytest.mark.parametrize("profile", [EVENTED, SAMPLED], ids=["evented", "sampled"])
def test_both_forms_give_the_same_seconds(profile: dict[str, Any]) -> None:
    assert IMPORTER.recognize(source(profile)) > 0.9
    parsed = IMPORTER.parse(source(profile))
    assert parsed.losses == ()
    assert parsed.runs[0].wall_seconds == 4.0 and parsed.runs[0].profiled
    assert own_seconds(parsed.profiles[0]) == {"main": 2.0, "work": 2.0}


def test_an_exported_run_reads_back_with_the_same_seconds() -> None:
    phases = (
        PhaseTiming(path=("score",), total_seconds=2.0, self_seconds=1.5),
        PhaseTiming(path=("score", "dsl"), category="dsl", total_seconds=0.5, self_seconds=0.5),
    )
    run = RunRecord(key="k", label="baseline", wall_seconds=3.0, phases=phases)
    exported = Source(name="run.speedscope.json", data=to_speedscope(run).encode())
    assert IMPORTER.recognize(exported) > 0.9
    parsed = IMPORTER.parse(exported)
    assert parsed.losses == ()
    assert parsed.runs[0].wall_seconds == 3.0
    assert own_seconds(parsed.profiles[0]) == {**own_of_phases(run), "unaccounted": 1.0}


def test_an_exported_session_reads_back_with_the_same_stacks() -> None:
    (profile,) = IMPORTER.parse(source(EVENTED)).profiles
    again = Source(name="x", data=session_to_speedscope(profile).encode())
    assert IMPORTER.parse(again).profiles[0]["frame_records"] == profile["frame_records"]


def test_threads_lie_side_by_side_below_a_frame_each() -> None:
    parsed = IMPORTER.parse(source(EVENTED, {**SAMPLED, "endValue": 6}))
    assert parsed.runs[0].wall_seconds == 6.0
    roots = {stack[0].split("\x00")[0] for stack, _ in parsed.profiles[0]["frame_records"]}
    assert roots == {"one", "two"}


def test_a_frame_that_is_never_closed_ends_with_the_profile_and_is_named() -> None:
    parsed = IMPORTER.parse(source({**EVENTED, "events": EVENTED["events"][:2]}))
    assert own_seconds(parsed.profiles[0]) == {"main": 1.0, "work": 3.0}
    assert "frames are open" in parsed.losses[0].reason


@pytest.mark.parametrize("unit", ["bytes", "none", None, ["s"]])
def test_weights_that_are_no_time_are_refused(unit: object) -> None:
    with pytest.raises(ImportProblem, match="no time"):
        IMPORTER.parse(source({**EVENTED, "unit": unit}))


@pytest.mark.parametrize(
    "bad",
    [
        event("O", -1, 0),
        event("O", 500, 99),
        event("O", 500, -1),
        {"type": "O", "at": "1", "frame": 0},
        None,
        event("C", 4000, 2),
        event("X", 4000, 0),
        {"type": "O", "at": 4000, "frame": True},
    ],
)
def test_an_event_that_can_not_be_true_is_left_out_and_counted(bad: object) -> None:
    parsed = IMPORTER.parse(source({**EVENTED, "events": [*EVENTED["events"], bad]}))
    assert own_seconds(parsed.profiles[0]) == {"main": 2.0, "work": 2.0}
    assert len(parsed.losses) == 1


@pytest.mark.parametrize("weights", [[1, 1], [1, -1, 1, 1], [1, "1", 1, 1]])
def test_samples_without_a_weight_are_left_out_and_counted(weights: list[object]) -> None:
    parsed = IMPORTER.parse(source({**SAMPLED, "weights": weights}))
    assert len(parsed.losses) == 1


def test_a_hundred_thousand_open_frames_are_folded() -> None:
    opens = [event("O", number, number % 3) for number in range(100_000)]
    parsed = IMPORTER.parse(source({**EVENTED, "endValue": 100_000, "events": opens}))
    assert sum(seconds for _, seconds in parsed.profiles[0]["frame_records"]) == pytest.approx(100.0)
    assert max(len(stack) for stack, _ in parsed.profiles[0]["frame_records"]) <= 500


def test_many_different_deep_stacks_stay_within_what_is_written() -> None:
    frames = [{"name": f"f{number}"} for number in range(6_000)]
    events: list[dict[str, Any]] = []
    for number in range(6_000):
        events.append(event("O", number, number if number < 400 else 400 + number % 2))
        if number >= 400:
            events += [
                event("O", number, number),
                event("C", number + 0.5, number),
                event("C", number + 0.6, 400 + number % 2),
            ]
    parsed = IMPORTER.parse(source({**EVENTED, "endValue": 6_001, "events": events}, shared={"frames": frames}))
    records = parsed.profiles[0]["frame_records"]
    assert sum(len(stack) for stack, _ in records) <= 300_000
    assert sum(seconds for _, seconds in records) == pytest.approx(6.001)


@given(st.lists(st.tuples(st.sampled_from("OC"), st.integers(0, 50), st.integers(0, 3)), max_size=30))
def test_any_events_add_up_to_no_more_than_the_wall_clock(events: list[tuple[str, int, int]]) -> None:
    try:
        parsed = IMPORTER.parse(
            source({**EVENTED, "unit": "seconds", "endValue": 50, "events": [event(*one) for one in events]})
        )
    except ImportProblem as problem:
        assert "nothing of the profile could be read" in str(problem)
        return
    spent = sum(seconds for _, seconds in parsed.profiles[0]["frame_records"])
    assert spent <= (parsed.runs[0].wall_seconds or 0) + 1e-9
