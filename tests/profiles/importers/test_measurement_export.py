"""A measurement as one file: read back with its runs, and refused where it is none."""

from __future__ import annotations

import json

import pytest

from profiles.exports import measurement_to_json
from profiles.importers.base import ImportProblem, Source
from profiles.importers.measurement_export import IMPORTER
from tests.db.samples import record

SPEC = {"kind": "pair", "arms": [{"name": "A", "config": "none"}, {"name": "B", "config": "a_win"}]}
ROWS = [
    {"block": 1, "arm": arm, "position": at, "key": key} for at, (arm, key) in enumerate((("A", "one"), ("B", "two")))
]


def text(**changes: object) -> str:
    plain = json.loads(measurement_to_json(SPEC, ROWS, [record("one"), record("two")], {"verdict": "faster"}))
    return json.dumps({**plain, **changes})


def parse(body: str):  # type: ignore[no-untyped-def]
    return IMPORTER.parse(Source(name="m.json", data=body.encode()))


def test_runs_and_blocks_come_back() -> None:
    parsed = parse(text())
    assert [run.key for run in parsed.runs] == ["one", "two"]
    assert parsed.measurements == ({"spec": SPEC, "blocks": ROWS},)
    assert IMPORTER.recognize(Source(name="x", data=text().encode())) > 0.9


def test_a_block_without_its_run_is_named_as_lost() -> None:
    parsed = parse(text(blocks=[*ROWS, {"block": 2, "arm": "A", "position": 0, "key": "three"}, "rubbish"]))
    assert parsed.measurements[0]["blocks"] == ROWS
    assert any("2 runs of blocks were left out" in loss.reason for loss in parsed.losses)


@pytest.mark.parametrize(
    "changes", [{"version": 9}, {"spec": None}, {"spec": {"arms": 1}}, {"blocks": []}, {"runs": 3}]
)
def test_what_is_no_measurement_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ImportProblem):
        parse(text(**changes))
