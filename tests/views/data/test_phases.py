"""A run's parts: they add up to the run, whatever was recorded."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from views.data import phases

NAMES = some.sampled_from(["score", "dsl", "inline", "save"])
PATHS = some.lists(NAMES, min_size=1, max_size=4).map("/".join)
ROWS = some.dictionaries(PATHS, some.floats(0, 100), max_size=12)


def table(own: dict[str, float], basis: str = "sum") -> pd.DataFrame:
    rows = [(path, "framework", basis, seconds, 1) for path, seconds in own.items()]
    return pd.DataFrame(rows, columns=["path", "category", "basis", "self_seconds", "calls"])


@given(ROWS, some.floats(0, 500))
def test_the_parts_of_a_serial_run_add_up_to_its_wall_clock(own: dict[str, float], extra: float) -> None:
    wall = sum(own.values()) + extra
    parts = phases.parts(table(own), wall, 1)
    if own:
        assert parts.whole == pytest.approx(wall)
        assert parts.by_category()["seconds"].sum() == pytest.approx(wall)


@given(ROWS)
def test_no_child_outgrows_its_parent_and_every_parent_is_there(own: dict[str, float]) -> None:
    nodes = phases.parts(table(own), None, 1).nodes
    totals = dict(zip(nodes["id"], nodes["total_seconds"], strict=True))
    children = nodes[nodes["parent"] != ""].groupby("parent")["total_seconds"].sum()
    assert set(children.index) <= set(totals)
    assert all(total <= totals[parent] + 1e-6 for parent, total in children.items())


def test_phases_that_claim_more_than_the_run_have_nothing_unaccounted() -> None:
    parts = phases.parts(table({"score": 12.0}), 10.0, 1)
    assert parts.unaccounted == -2.0
    assert phases.UNACCOUNTED not in set(parts.nodes["category"])


def test_what_was_added_up_over_threads_is_no_part_of_a_serial_run() -> None:
    both = pd.concat([table({"check": 6.0}), table({"threads": 9.0}, "workers")])
    parts = phases.parts(both, 10.0, 1)
    assert (parts.serial, parts.covered, parts.unaccounted) == (True, 6.0, 4.0)


def test_seconds_of_workers_have_no_unaccounted_part() -> None:
    parts = phases.parts(table({"score": 9.0}, "workers"), 4.0, 3)
    assert (parts.serial, parts.unaccounted, parts.whole) == (False, None, 9.0)


def test_keys_of_the_last_task_are_no_parts() -> None:
    assert len(phases.parts(table({"phase4": 0.1}, "last_task"), 10.0, 1).nodes) == 1
