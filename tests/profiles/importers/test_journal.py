"""The recorder's journal as an imported file."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.importers import Source
from profiles.importers.base import ImportProblem
from profiles.importers.journal import IMPORTER
from profiles.recorder import Recorder


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path: Path = tmp_path_factory.mktemp("journal") / "run.jsonl"
    ticks = iter(range(10_000))
    recorder = Recorder(journal=str(path), name="baseline", clock=lambda: next(ticks) / 8)
    for number in range(3):
        with recorder.task(f"t{number}") as task:
            with recorder.phase("score"), recorder.phase("dsl", category="dsl"):
                pass
            recorder.cache("validation").hit()
            task.solved = True
    recorder.finish()
    return path.read_bytes()


def source(data: bytes) -> Source:
    return Source(name="run.jsonl", data=data)


def test_a_journal_gives_its_run(journal: bytes) -> None:
    assert IMPORTER.recognize(source(journal)) > 0.9
    parsed = IMPORTER.parse(source(journal))
    (run,) = parsed.runs
    assert parsed.losses == ()
    assert (run.label, run.status, len(run.tasks), run.source) == (
        "baseline",
        "finished",
        3,
        "imported:quickwin-journal",
    )
    assert {one.path for one in run.phases} >= {("score",), ("score", "dsl")}


def test_a_journal_cut_anywhere_gives_an_interrupted_run_or_a_sentence(journal: bytes) -> None:
    for end in range(0, len(journal), 7):
        try:
            (run,) = IMPORTER.parse(source(journal[:end])).runs
        except ImportProblem:
            assert end < journal.index(b"\n") + 1
        else:
            assert run.status in ("interrupted", "finished") and len(run.tasks) <= 3


def test_a_newer_journal_is_refused(journal: bytes) -> None:
    header = json.loads(journal.splitlines()[0])
    with pytest.raises(ImportProblem, match="version 99"):
        IMPORTER.parse(source(json.dumps({**header, "version": 99}).encode()))


@settings(max_examples=100)
@given(st.data())
def test_any_damage_is_read_or_refused(journal: bytes, data: st.DataObject) -> None:
    lines = journal.splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    plain = json.loads(lines[number])
    name = data.draw(st.sampled_from(sorted(plain)))
    plain[name] = data.draw(st.sampled_from([None, -1, 10**40, "x", [], {}, [[1]], [None], {"a": "b"}, True, 1e300]))
    lines[number] = json.dumps(plain).encode()
    try:
        IMPORTER.parse(source(b"\n".join(lines)))
    except ImportProblem as problem:
        assert str(problem)


def test_a_damaged_line_is_a_loss_with_its_number_and_one_note(journal: bytes) -> None:
    lines = journal.splitlines()
    lines[1] = lines[1][:20]
    parsed = IMPORTER.parse(source(b"\n".join(lines)))
    assert [loss.line for loss in parsed.losses] == [2]
    assert "1 lines of the journal were left out" in parsed.runs[0].notes


def test_a_hundred_thousand_damaged_lines_are_counted_and_not_listed(journal: bytes) -> None:
    parsed = IMPORTER.parse(source(journal + b"{x\n" * 100_000))
    assert len(parsed.losses) == 21 and len(parsed.runs[0].notes) < 5


def test_a_run_that_was_given_no_name_is_called_as_its_file() -> None:
    lines = io.StringIO()
    for name in ("run", "nightly"):
        Recorder(journal=lines, name=name).finish()
    assert [run.label for run in IMPORTER.parse(Source(name="monday.jsonl", data=lines.getvalue().encode())).runs] == [
        "monday.jsonl",
        "nightly",
    ]
