from __future__ import annotations

import pytest
from hypothesis import given

from db.loading import _RECORDED
from db.rows import clean, run_values, to_record, to_rows
from profiles.records import RecordError, RunRecord
from tests.db.samples import record, task
from tests.db.strategies import records


@given(records)
def test_rows_give_the_same_record_and_the_same_checksum_back(one: RunRecord) -> None:
    again = to_record(to_rows(one))
    assert again == one
    assert to_rows(again).checksum() == to_rows(one).checksum()


@pytest.mark.parametrize(
    "change",
    [
        {"wall_seconds": 4.000001},
        {"status": "failed"},
        {"tasks": (task(0),)},
        {"phases": ()},
        {"counts": {"candidates": 396, "score.errors": 8}},
        {"config": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_checksum_tells_any_change_of_what_was_recorded(change: dict[str, object]) -> None:
    assert to_rows(record(**change)).checksum() != to_rows(record()).checksum()


def test_the_checksum_leaves_people_their_labels_and_notes() -> None:
    assert to_rows(record(label="other", notes=("more",))).checksum() == to_rows(record()).checksum()


def test_whole_seconds_and_floats_have_one_checksum() -> None:
    assert to_rows(record(wall_seconds=4)).checksum() == to_rows(record(wall_seconds=4.0)).checksum()


@pytest.mark.parametrize(("text", "kept"), [("a\0b", "a\ufffdb"), ("\ud800", "\ufffd"), ("grün 🙂", "grün 🙂")])
def test_characters_that_no_database_holds_are_replaced(text: str, kept: str) -> None:
    assert clean(text) == kept


def test_a_number_beyond_64_bits_is_refused_with_a_sentence() -> None:
    with pytest.raises(RecordError, match=r"must be below 2\*\*63 to be stored, got 9223372036854775808"):
        to_rows(record(counts={"candidates": 2**63}))


def test_the_columns_read_back_are_those_written() -> None:
    assert set(run_values(record())) == _RECORDED
