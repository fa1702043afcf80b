"""pyinstrument's JSON: the session that it saves and the tree that its renderer prints."""

import json
import time
from typing import Any

import pytest
from pyinstrument import Profiler
from pyinstrument.renderers import JSONRenderer
from pyinstrument.session import Session

from profiles.importers import Source
from profiles.importers.base import ImportProblem
from profiles.importers.pyinstrument_session import IMPORTER

MAIN, WORK = "main\x00/a.py\x0010\x01l12", "work\x00/a.py\x0020\x01cSolver\x01l21"
SESSION: dict[str, Any] = {
    "start_time": 1_795_000_000.5,
    "duration": 3.0,
    "sample_count": 4,
    "start_call_stack": [],
    "target_description": "quickwin run",
    "cpu_time": 2.5,
    "frame_records": [[[MAIN, WORK], 1.5], [[MAIN], 0.5], [[MAIN, WORK], 0.75]],
}


def source(plain: object) -> Source:
    return Source(name="run.pyisession", data=json.dumps(plain).encode())


@pytest.fixture(scope="module")
def real() -> Session:
    profiler = Profiler(interval=0.0005, async_mode="disabled")
    with profiler:
        end = time.perf_counter() + 0.05
        while time.perf_counter() < end:
            sorted(range(500))
    assert profiler.last_session is not None
    return profiler.last_session


def test_a_session_becomes_a_profiled_run() -> None:
    parsed = IMPORTER.parse(source(SESSION))
    (run,) = parsed.runs
    assert (run.wall_seconds, run.cpu_seconds, run.profiled, run.phases) == (3.0, 2.5, True, ())
    assert run.started_at is not None and run.started_at.year == 2026
    assert "2.750 s of 3.000 s" in run.notes[0]


def test_equal_stacks_are_added_up_and_keep_their_class() -> None:
    (profile,) = IMPORTER.parse(source(SESSION)).profiles
    assert profile["frame_records"] == [
        [["main\x00/a.py\x0010"], 0.5],
        [["main\x00/a.py\x0010", "work\x00/a.py\x0020\x01cSolver"], 2.25],
    ]


def test_a_real_session_keeps_its_seconds_and_pyinstrument_reads_what_is_kept(real: Session) -> None:
    plain = real.to_json()
    assert IMPORTER.recognize(source(plain)) > 0.9
    parsed = IMPORTER.parse(source(plain))
    root = Session.from_json(dict(parsed.profiles[0])).root_frame()
    assert parsed.losses == () and root is not None
    assert root.time == pytest.approx(sum(seconds for _, seconds in real.frame_records), rel=1e-9)


def test_the_tree_that_the_renderer_prints_is_read_too(real: Session) -> None:
    printed = Source(name="tree.json", data=JSONRenderer().render(real).encode())
    assert IMPORTER.recognize(printed) > 0.9
    (profile,) = IMPORTER.parse(printed).profiles
    total = json.loads(printed.text)["root_frame"]["time"]
    assert sum(seconds for _, seconds in profile["frame_records"]) == pytest.approx(total, abs=1e-5)  # each is rounded


@pytest.mark.parametrize(
    "bad", [None, [], [["f"]], [[1], 1.0], [["f"], -1], [["f"], "1"], [["f"], 1e400], [["f"], True]]
)
def test_a_stack_that_can_not_be_true_is_left_out_and_numbered(bad: object) -> None:
    plain = {**SESSION, "frame_records": [*SESSION["frame_records"], bad]}
    data = json.dumps(plain).replace("Infinity", "1e400").encode()
    parsed = IMPORTER.parse(Source(name="x", data=data))
    assert [loss.reason for loss in parsed.losses] == ["stack 4 is no stack with seconds and was left out"]


@pytest.mark.parametrize("duration", [None, -1, "3", True])
def test_a_session_without_a_duration_is_refused(duration: object) -> None:
    with pytest.raises(ImportProblem, match="duration"):
        IMPORTER.parse(source({**SESSION, "duration": duration}))


def test_a_stack_of_a_hundred_thousand_frames_is_folded_and_keeps_its_seconds() -> None:
    deep = [f"f{number}\x00/a.py\x001" for number in range(100_000)]
    parsed = IMPORTER.parse(source({**SESSION, "frame_records": [[deep, 2.0]]}))
    ((stack, seconds),) = parsed.profiles[0]["frame_records"]
    assert seconds == 2.0 and len(stack) == 500
    assert "too deep" in parsed.losses[0].reason
