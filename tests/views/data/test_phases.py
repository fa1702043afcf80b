"""A run's parts: they add up to the run, whatever was recorded."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from profiles.breakdown import breakdown_of
from profiles.records import PhaseTiming
from views.data import phases
from views.data.phases import Parts

NAMES = some.sampled_from(["score", "dsl", "inline", "save"])
PATHS = some.lists(NAMES, min_size=1, max_size=4).map("/".join)
ROWS = some.dictionaries(PATHS, some.floats(0, 100), max_size=12)


def phases_of(own: dict[str, float], basis: str = "sum") -> list[PhaseTiming]:
    return [
        PhaseTiming(path=tuple(path.split("/")), basis=basis, self_seconds=seconds, total_seconds=seconds)
        for path, seconds in own.items()
    ]


def parts(own: list[PhaseTiming], wall: float | None, workers: int) -> Parts:
    return phases.parts(breakdown_of(own, wall_seconds=wall, workers=workers))


@given(ROWS, some.floats(0, 500))
def test_the_parts_of_a_serial_run_add_up_to_its_wall_clock(own: dict[str, float], extra: float) -> None:
    wall = sum(own.values()) + extra
    found = parts(phases_of(own), wall, 1)
    if own:
        assert found.whole == pytest.approx(wall)
        assert found.by_category()["seconds"].sum() == pytest.approx(wall)


@given(ROWS)
def test_no_child_outgrows_its_parent_and_every_parent_is_there(own: dict[str, float]) -> None:
    nodes = parts(phases_of(own), None, 1).nodes
    totals = dict(zip(nodes["id"], nodes["total_seconds"], strict=True))
    children = nodes[nodes["parent"] != ""].groupby("parent")["total_seconds"].sum()
    assert set(children.index) <= set(totals)
    assert all(total <= totals[parent] + 1e-6 for parent, total in children.items())


def test_phases_that_claim_more_than_the_run_have_nothing_unaccounted() -> None:
    found = parts(phases_of({"score": 12.0}), 10.0, 1)
    assert found.excess == 2.0
    assert "unaccounted" not in set(found.nodes["category"])


def test_what_was_added_up_over_threads_is_no_part_of_a_serial_run() -> None:
    found = parts([*phases_of({"check": 6.0}), *phases_of({"threads": 9.0}, "workers")], 10.0, 1)
    assert (found.serial, found.whole) == (True, 10.0)
    assert found.made.seconds == {"framework": 6.0, "unaccounted": 4.0}


def test_seconds_of_workers_are_parts_of_wall_clock_x_workers() -> None:
    found = parts(phases_of({"score": 9.0}, "workers"), 4.0, 3)
    assert (found.serial, found.made.seconds, found.whole) == (False, {"framework": 9.0, "unaccounted": 3.0}, 12.0)


def test_keys_of_the_last_task_are_no_parts() -> None:
    assert len(parts(phases_of({"phase4": 0.1}, "last_task"), 10.0, 1).nodes) == 1


def test_one_path_in_two_categories_is_drawn_whole() -> None:
    both = [
        PhaseTiming(path=("score",), self_seconds=3.0, total_seconds=3.0),
        PhaseTiming(path=("score",), category="dsl", self_seconds=4.0, total_seconds=4.0),
    ]
    nodes = parts(both, 10.0, 1).nodes.set_index("id")
    assert nodes["total_seconds"].to_dict() == {
        "run": 10.0,
        "run/score": 7.0,
        "run/score/as framework": 3.0,
        "run/unaccounted": 3.0,
    }
