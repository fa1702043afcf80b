"""How long a run will still take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.arc.outlook import FIRST_SECONDS, FIRST_TASKS, Earlier, Outlook, power_law

SIZES = [(f"t{number}", 100 * (number + 1)) for number in range(20)]
BEFORE = Earlier(source="by run 7", seconds={task_id: size / 100 for task_id, size in SIZES})


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_where_an_earlier_run_had_all_tasks_its_seconds_are_the_length() -> None:
    outlook = Outlook(SIZES, earlier=BEFORE, clock=Clock())
    assert outlook.left_seconds() == pytest.approx(sum(BEFORE.seconds.values()))
    assert outlook.basis == "by run 7"


def test_a_larger_run_than_the_earlier_one_follows_the_sizes() -> None:
    half = Earlier(source="by run 7", seconds=dict(list(BEFORE.seconds.items())[:10]))
    assert Outlook(SIZES, earlier=half, clock=Clock()).left_seconds() == pytest.approx(sum(BEFORE.seconds.values()))


def test_several_workers_share_what_is_left_but_not_one_task() -> None:
    assert Outlook(SIZES, 2, BEFORE, Clock()).left_seconds() == pytest.approx(sum(BEFORE.seconds.values()) / 2)
    assert Outlook(SIZES[-1:], 2, BEFORE, Clock()).left_seconds() == pytest.approx(20.0)


def test_a_machine_that_is_twice_as_slow_today_doubles_what_is_left() -> None:
    outlook = Outlook(SIZES, earlier=BEFORE, clock=Clock())
    for index in range(10):
        outlook.take(index, 2 * BEFORE.seconds[f"t{index}"])
    assert outlook.left_seconds() == pytest.approx(2 * sum(range(11, 21)))


def test_what_has_gone_since_the_last_task_is_not_left_any_more() -> None:
    clock = Clock()
    outlook = Outlook([("command", 1)], earlier=Earlier(source="by run 1", seconds={"command": 5.0}), clock=clock)
    clock.now = 2.0
    assert outlook.left_seconds() == pytest.approx(3.0)
    clock.now = 9.0
    assert outlook.left_seconds() == 0.0


def test_where_nothing_is_known_the_first_tasks_tell() -> None:
    clock = Clock()
    outlook = Outlook(SIZES, clock=clock)
    assert outlook.left_seconds() is None
    for index in range(FIRST_TASKS):
        outlook.take(index, BEFORE.seconds[f"t{index}"])
    assert outlook.left_seconds() is None
    clock.now = FIRST_SECONDS
    outlook.take(FIRST_TASKS, BEFORE.seconds[f"t{FIRST_TASKS}"])
    assert outlook.left_seconds() == pytest.approx(sum(range(FIRST_TASKS + 2, 21)))
    assert outlook.basis == f"by its first {FIRST_TASKS + 1} tasks"


def test_a_task_that_failed_without_seconds_is_done_too() -> None:
    outlook = Outlook(SIZES[:1], earlier=BEFORE, clock=Clock())
    outlook.take(0, None)
    assert outlook.left_seconds() == 0.0


@given(st.lists(st.tuples(st.integers(1, 10_000), st.floats(0, 1e4)), min_size=1, max_size=50))
def test_the_law_gives_the_points_sum_and_grows_with_the_size(points: list[tuple[int, float]]) -> None:
    law = power_law(points)
    assert sum(law(size) for size, _ in points) == pytest.approx(sum(seconds for _, seconds in points))
    assert 0 <= law(10) <= law(1000)
