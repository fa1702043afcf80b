"""Whole folders and watched ones: each run once, whatever order its files come in."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db import queries, store
from db.engine import open_engine
from profiles.journal import read_journal
from profiles.recorder import Recorder
from services.facts import Facts
from services.folders import Arrived, Watch, watch
from services.importing import read, store_preview
from tests.cli.place import quickwin
from tests.profiles.importers.files import fixture, needs_samples, sample

LOG, STATS = fixture("run_batt_october.log"), fixture("timing_stats.jsonl")


@pytest.fixture
def engine(place: Path) -> Iterator[Engine]:
    engine = open_engine()
    yield engine
    engine.dispose()


def imported(engine: Engine, name: str, data: bytes) -> str:
    return store_preview(engine, read(engine, [(name, data)]))[0].outcome


@pytest.mark.parametrize("order", list(itertools.permutations(["run.log", "stats.jsonl"])))
def test_a_log_and_its_json_lines_are_one_run_in_whatever_order_they_come(
    engine: Engine, order: tuple[str, ...]
) -> None:
    files = {"run.log": LOG, "stats.jsonl": STATS}
    outcomes = [imported(engine, name, files[name]) for name in (*order, *order)]
    assert outcomes == ["new", "completed", "known", "known"]
    run = queries.run(engine, 1)
    assert queries.run_count(engine) == 1
    assert (run.wall_seconds, [task.seconds for task in run.tasks]) == (24.5, [8.0, 8.25, 8.24])
    both = read(engine, [("run.log", LOG), ("stats.jsonl", STATS)]).runs[0].record
    assert (run.tasks, run.phases, run.caches, run.key) == (both.tasks, both.phases, both.caches, both.key)


@needs_samples
def test_a_real_log_and_its_json_lines_are_one_run_later_too(engine: Engine) -> None:
    names = ("run_10_cold.timing_stats.jsonl", "run_10_cold.log", "run_10_cold.inlining_telemetry.jsonl")
    assert [imported(engine, *sample(name)) for name in names] == ["new", "completed", "completed"]
    run = queries.run(engine, 1)
    assert (queries.run_count(engine), run.wall_seconds, run.counts["inlining.attempts"]) == (1, 176.518, 1536)


def test_json_lines_that_could_be_of_two_runs_are_a_run_of_their_own(engine: Engine) -> None:
    imported(engine, "one.log", LOG)
    twin = LOG.replace(b"check_batt", b"check_other")
    assert twin != LOG and imported(engine, "two.log", twin) == "new"
    assert imported(engine, "stats.jsonl", STATS) == "new"
    assert queries.run_count(engine) == 3


def test_a_whole_folder_is_taken_and_what_is_no_log_in_it_is_only_named(place: Path, engine: Engine) -> None:
    write(place / "out" / "run.log", LOG)
    write(place / "out" / "logs" / "stats.jsonl", STATS)
    write(place / "out" / "letter.txt", b"dear all,\n")
    write(place / "out" / ".hidden" / "other.log", LOG)
    result = quickwin("import", "out", "--yes", "--machine", "Kaggle")
    assert result.exit_code == 0, result.output
    assert "letter.txt: refused" in result.stdout
    runs = queries.runs(engine)
    assert (len(runs), runs.iloc[0]["machine"], runs.iloc[0]["wall_seconds"]) == (1, "Kaggle", 24.5)


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def test_a_watched_folder_gives_one_run_when_its_files_come_one_after_the_other(
    place: Path,
    engine: Engine,
) -> None:
    folder = place / "out"
    folder.mkdir()
    arrivals = {1: ("run.log", LOG), 4: ("stats.jsonl", STATS), 7: ("letter.txt", b"dear all,\n")}
    told: list[Arrived] = []
    turn = itertools.count(1)

    def sleep(_seconds: float) -> None:
        name, data = arrivals.get(next(turn), ("", b""))
        if name:
            write(folder / name, data)

    watching = Watch(engine=engine, folder=folder, facts=Facts(values={"machine": "Kaggle"}))
    watch(watching, told.append, sleep=sleep, looks=range(12))
    assert [[one.outcome for one in arrived.stored] for arrived in told] == [["new"], ["completed"], []]
    assert [file.name for arrived in told for file in arrived.refused] == ["letter.txt"]
    assert queries.run_count(engine) == 1 and queries.runs(engine).iloc[0]["machine"] == "Kaggle"


def test_a_file_that_is_still_being_written_is_left_until_it_is_whole(place: Path, engine: Engine) -> None:
    folder = place / "out"
    write(folder / "run.log", LOG[:200])
    watching = Watch(engine=engine, folder=folder)
    assert watching.look() == Arrived(stored=(), refused=())
    write(folder / "run.log", LOG)
    assert watching.look() == Arrived(stored=(), refused=())
    assert [one.outcome for one in watching.look().stored] == ["new"]
    assert watching.look() == Arrived(stored=(), refused=())


def test_a_run_that_was_there_is_not_told_again_when_the_watch_begins(place: Path, engine: Engine) -> None:
    imported(engine, "run.log", LOG)
    store.rename_run(engine, 1, "mine")
    write(place / "out" / "run.log", LOG)
    watching = Watch(engine=engine, folder=place / "out")
    assert [watching.look().stored for _ in range(3)] == [(), (), ()]
    assert queries.runs(engine)["label"].tolist() == ["mine"]


@pytest.mark.parametrize("words", [("--watch", "nowhere"), ("--watch", ".", "run.log"), ()])
def test_what_is_no_folder_is_a_usage_error(place: Path, words: tuple[str, ...]) -> None:
    assert quickwin("import", *words).exit_code == 2


def test_the_journal_of_a_run_that_could_not_be_stored_completes_it(place: Path, engine: Engine) -> None:
    recorder = Recorder(key="k", name="nightly", journal=place / "run.jsonl")
    for number in range(3):
        with recorder.task(f"t{number}"), recorder.phase("score"):
            pass
    recorder.finish()
    whole = read_journal(place / "run.jsonl")
    run_id = store.begin_run(engine, whole.replace(tasks=(), phases=()))
    store.add_task(engine, run_id, whole.tasks[0])
    store.finish_run(engine, run_id, queries.run(engine, run_id).replace(status="interrupted"))
    cut = (place / "run.jsonl").read_bytes().splitlines(keepends=True)
    (place / "cut.jsonl").write_bytes(b"".join(cut[:2]))
    assert "nothing added" in quickwin("import", "cut.jsonl", "--yes").stdout
    said = quickwin("import", "run.jsonl", "--yes").stdout
    assert f"run {run_id} was there already, and is more complete now: nightly" in said
    run = queries.run(engine, run_id)
    assert (run.status, len(run.tasks), run.source) == ("finished", 3, "measured")
    assert "nothing added" in quickwin("import", "run.jsonl", "cut.jsonl", "--yes").stdout
    assert queries.run(engine, run_id) == run
