"""Runs for the pages' tests, with something in every field."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from db.store import store_run
from profiles.records import RunRecord
from services.project import current_project
from tests.db.samples import STARTED, record

BASELINE, ALL = frozenset[str](), frozenset(current_project().names)


def measured(number: int, seconds: float = 4.0, **changes: object) -> RunRecord:
    """A run that was measured here, an hour after the one before; no findings, no file."""
    plain = {
        "label": f"run {number}",
        "source_name": None,
        "findings": (),
        "wall_seconds": seconds,
        "started_at": STARTED + timedelta(hours=number),
    }
    return record(f"key {number}", **{**plain, **changes})


def fill(engine: Engine, count: int = 4) -> list[int]:
    """So many runs, none and all in turn; gives their ids."""
    return [
        store_run(engine, measured(number, 5.0 - number % 2, config=ALL if number % 2 else BASELINE))[0]
        for number in range(count)
    ]
