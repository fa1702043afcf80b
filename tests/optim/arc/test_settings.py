"""A run's settings travel to its workers as JSON."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.arc.builtin import settings_of
from optim.arc.settings import Settings, fingerprint
from optim.pipelines.protocol import RunProblem
from tests.worked_example import FIRST, THIRD, WIN_NAMES

PATHS = st.none() | st.text(min_size=1)
SETTINGS = st.builds(
    Settings,
    wins=st.frozensets(st.sampled_from(WIN_NAMES)),
    tasks=st.integers(1, 10**6),
    task_ids=st.lists(st.text(min_size=1), max_size=3).map(tuple),
    seed=st.integers(),
    candidates=st.integers(1, 10**6),
    min_score=st.integers(0, 100),
    keep=st.integers(1, 100),
    limit_seconds=st.floats(0.01, 3600),
    workers=st.integers(1, 64),
    scheduler=PATHS,
    tasks_dir=PATHS,
    dsl=PATHS,
    solvers=PATHS,
    profile=st.booleans(),
    record=st.booleans(),
)


@given(SETTINGS)
def test_settings_come_back_from_json_as_they_were(settings: Settings) -> None:
    assert Settings.from_json(settings.to_json()) == settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name in ("tasks", "candidates", "keep", "workers") for value in (0, -1)),
        *(("min_score", value) for value in (-1, 101)),
        *(("limit_seconds", value) for value in (0.0, -1.0, 3601.0, math.inf, math.nan)),
    ],
)
def test_an_impossible_value_is_refused_with_its_name(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"{name} must be .*got {value}"):
        Settings(**{name: value})


def test_an_unknown_win_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=rf"no win is called magic; known: .*{FIRST}"):
        Settings(wins=frozenset({"magic", THIRD}))


def test_a_fingerprint_depends_on_contents_and_not_on_the_order_of_keys() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint(1, 2) != fingerprint(2, 1)


def test_memory_is_given_in_mebibytes_and_a_part_of_it_to_what_wins_hold() -> None:
    settings = settings_of({"memory": 300, "cache_memory": 3})
    assert (settings.memory_bytes, settings.cache_bytes) == (300 * 1024**2, 3 * 1024**2)
    assert Settings().cache_bytes < Settings().memory_bytes <= 600 * 1024**2
    with pytest.raises(RunProblem, match="cache_bytes must be at least 1"):
        settings_of({"cache_memory": 0})
