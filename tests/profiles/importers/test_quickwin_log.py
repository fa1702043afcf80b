"""The log that Quickwin writes, back into an equal run."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.importers import Source
from profiles.importers.base import ImportProblem, Parsed
from profiles.importers.quickwin_log import IMPORTER, read_cell, split_cells
from profiles.logs import write_cell, write_log
from profiles.records import CacheStats, Environment, Finding, PhaseTiming, RunRecord, TaskRecord, Workload
from tests.profiles.test_logs import RUN

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Co", "Cn")), min_size=1, max_size=20)
NAMES = TEXTS | st.sampled_from(
    ["-", "yes", "none", "nan", "1e5", "a/b", "a,b", '"', "\\", "#x", "[end]", "44f52bb0", "0"]
)
SECONDS = st.floats(0, 1e9)
COUNTS = st.integers(0, 2**53)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(tuple)
PHASES = st.builds(
    PhaseTiming,
    path=PATHS,
    category=st.sampled_from(["dsl", "framework", "io"]),
    total_seconds=SECONDS,
    self_seconds=SECONDS,
    calls=COUNTS,
    basis=st.sampled_from(["sum", "last_task", "workers", "count"]),
)
PHASE_LISTS = st.lists(PHASES, max_size=4, unique_by=lambda one: one.path).map(tuple)
COUNT_MAPS = st.dictionaries(NAMES, COUNTS, max_size=3)
STATUSES = st.sampled_from(["finished", "interrupted", "failed"])
TASKS = st.builds(
    TaskRecord,
    task_id=NAMES,
    index=st.integers(0, 1000),
    seconds=st.none() | SECONDS,
    solved=st.none() | st.booleans(),
    status=STATUSES,
    errors=COUNTS,
    timeouts=COUNTS,
    reason=st.none() | TEXTS,
    phases=PHASE_LISTS,
    counts=COUNT_MAPS,
)
CACHES = st.builds(
    CacheStats,
    name=NAMES,
    hits=COUNTS,
    misses=COUNTS,
    entries=st.none() | COUNTS,
    miss_seconds=st.none() | SECONDS,
    hit_seconds=st.none() | SECONDS,
    claimed_hit_rate=st.none() | st.floats(0, 1),
    claimed_saved_seconds=st.none() | SECONDS,
)
RUNS = st.builds(
    RunRecord,
    key=NAMES,
    label=NAMES,
    source=st.just("imported:quickwin-log"),
    source_name=st.none() | NAMES,
    status=STATUSES,
    config=st.none() | st.frozensets(NAMES, max_size=3),
    cache_state=st.sampled_from(["cold", "warm", "unknown"]),
    workload=st.none()
    | st.builds(Workload, fingerprint=NAMES, tasks=COUNTS, candidates=st.none() | COUNTS, description=TEXTS),
    results_fingerprint=st.none() | NAMES,
    started_at=st.none() | st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    wall_seconds=st.none() | SECONDS,
    cpu_seconds=st.none() | SECONDS,
    workers=st.integers(1, 64),
    profiled=st.booleans(),
    phases=PHASE_LISTS,
    caches=st.lists(CACHES, max_size=3, unique_by=lambda one: one.name).map(tuple),
    tasks=st.lists(TASKS, max_size=3, unique_by=lambda one: one.index).map(tuple),
    counts=COUNT_MAPS,
    environment=st.none() | st.builds(Environment, machine=NAMES, packages=st.dictionaries(NAMES, NAMES, max_size=2)),
    findings=st.lists(
        st.builds(Finding, rule=NAMES, severity=st.just("note"), claimed=TEXTS, follows=TEXTS, line=st.none() | COUNTS),
        max_size=2,
    ).map(tuple),
    notes=st.lists(TEXTS, max_size=3).map(tuple),
)


def parse(text: str) -> Parsed:
    return IMPORTER.parse(Source(name="run.log", data=text.encode()))


@settings(max_examples=75)
@given(RUNS)
def test_any_run_is_written_and_read_back_equal(run: RunRecord) -> None:
    parsed = parse(write_log(run))
    assert parsed.losses == ()
    assert parsed.runs == (run,)


def test_a_measured_run_comes_back_equal_but_for_being_imported() -> None:
    measured = RUN.replace(source="measured", pid=4711)
    assert parse(write_log(measured)).runs[0] == measured.replace(source="imported:quickwin-log", pid=None)


def test_a_newer_log_is_refused() -> None:
    with pytest.raises(ImportProblem, match="of version 2"):
        parse(write_log(RUN).replace("quickwin log 1", "quickwin log 2"))


def test_a_log_cut_at_any_line_keeps_what_it_had_and_says_so() -> None:
    lines = write_log(RUN).splitlines(keepends=True)
    for end in range(7, len(lines)):
        parsed = parse("".join(lines[:end]))
        assert ("cut" in str(parsed.losses)) == (end < len(lines))
        assert parsed.runs[0].key == "k1"


def test_a_row_that_can_not_be_read_is_a_loss_with_its_line() -> None:
    text = write_log(RUN).replace("  score/dsl ", '  "score/dsl ')
    (loss,) = parse(text).losses
    assert loss.line == text[: text.index('"score/dsl')].count("\n") + 1


def test_an_edited_figure_that_can_not_be_true_is_left_out() -> None:
    parsed = parse(write_log(RUN).replace("  6.5 ", "  -6.5 "))
    assert "total_seconds must be >= 0" in parsed.losses[0].reason


MUTATIONS: dict[str, Callable[[list[str], Any], list[str]]] = {
    "doubled": lambda lines, at: lines[: at + 1] + lines[at:],
    "dropped": lambda lines, at: lines[:at] + lines[at + 1 :],
    "swapped": lambda lines, at: lines[:at] + lines[at : at + 2][::-1] + lines[at + 2 :],
    "cut": lambda lines, at: [*lines[:at], lines[at][: len(lines[at]) // 2]],
    "reversed": lambda lines, at: [*lines[:at], lines[at][::-1], *lines[at + 1 :]],
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_damaged_log_is_read_or_refused(mutation: str) -> None:
    lines = write_log(RUN).split("\n")
    for at in range(len(lines) - 1):
        try:
            parse("\n".join(MUTATIONS[mutation](lines, at)))
        except ImportProblem as problem:
            assert str(problem)


@given(st.lists(NAMES, min_size=1, max_size=6))
def test_cells_of_any_text_are_split_where_they_were_joined(texts: list[str]) -> None:
    cells = [write_cell("name", text) for text in texts]
    assert [read_cell("name", cell) for cell in split_cells("  " + "  ".join(cells))] == texts
