"""The log that a run writes; that it comes back equal is tested with its importer."""

import pytest

from profiles.logs import write_cell, write_log
from profiles.records import CacheStats, PhaseTiming, RunRecord, TaskRecord
from tests.worked_example import THIRD

#: A run with a bit of everything, written and read back in other tests too.
RUN = RunRecord(
    key="k1",
    label="baseline",
    source="imported:quickwin-log",
    wall_seconds=9.25,
    config=frozenset({THIRD}),
    phases=(
        PhaseTiming(path=("score",), total_seconds=6.5, self_seconds=1.25, calls=100),
        PhaseTiming(path=("score", "dsl"), category="dsl", total_seconds=5.25, self_seconds=5.25),
    ),
    caches=(CacheStats(name="validation", hits=3, misses=1),),
    tasks=(TaskRecord(task_id="44f52bb0", index=0, seconds=0.1, timeouts=2, counts={"candidates": 132}),),
)


def test_the_log_says_what_a_person_wants_to_know() -> None:
    lines = write_log(RUN).splitlines()
    assert lines[:2] == ["quickwin log 1", "# baseline: finished, 1 tasks, 0 errors, 2 timeouts, 9.250 s"]
    assert "# unaccounted: 2.750 s of 9.250 s (29.7%)" in lines
    assert any(line.split()[:4] == ["validation", "3", "1", "75.0%"] for line in lines)
    assert any(line.split() == ["score/dsl", "dsl", "sum", "1", "5.25", "5.25"] for line in lines)


def test_with_workers_what_they_waited_stands_beside_what_is_unaccounted() -> None:
    lines = write_log(RUN.replace(workers=2)).splitlines()
    assert "# idle: 12.000 s of 18.500 s (64.9%)" in lines
    assert "# unaccounted: 0.000 s of 18.500 s (0.0%)" in lines


@pytest.mark.parametrize(
    ("name", "value", "cell"),
    [
        ("seconds", None, "-"),
        ("solved", True, "yes"),
        ("seconds", 0.1 + 0.2, "0.30000000000000004"),
        ("task_id", "44f52bb0", "44f52bb0"),
        ("task_id", "12", '"12"'),
        ("task_id", "-", '"-"'),
        ("label", "a b\n=cmd()", '"a b\\n=cmd()"'),
        ("path", ("validate", "a/b"), 'validate/"a/b"'),
        ("config", frozenset[str](), "none"),
        ("config", frozenset({"b", "a"}), "a,b"),
    ],
)
def test_a_cell_says_one_thing_only(name: str, value: object, cell: str) -> None:
    assert write_cell(name, value) == cell


def test_a_log_is_ascii_whatever_the_names_are() -> None:
    assert write_log(RUN.replace(label="\u202e\x1b[31m\ud800")).isascii()
