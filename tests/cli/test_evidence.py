"""Which runs count as runs on the reference machine."""

from __future__ import annotations

import pytest

from services.account import _is_reference

RUN = {"tags": "", "machine": None, "source": "imported:run_batt", "profiled": False}


@pytest.mark.parametrize(
    "changes",
    [
        {"tags": "kaggle"},
        {"tags": "mine, Kaggle"},
        {"tags": "final"},
        {"source": "imported:kaggle_log"},
        {"machine": "Kaggle"},
    ],
)
def test_a_run_from_there_or_imported_as_the_final_one_is_a_reference_run(changes: dict[str, str]) -> None:
    assert _is_reference({**RUN, **changes}, "kaggle")


@pytest.mark.parametrize(
    "changes", [{}, {"tags": "final", "source": "measured"}, {"tags": "kaggle", "profiled": True}, {"tags": "finalist"}]
)
def test_any_other_run_is_none(changes: dict[str, object]) -> None:
    assert not _is_reference({**RUN, **changes}, "kaggle")
