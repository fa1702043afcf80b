"""Making evidence of runs that are there."""

from __future__ import annotations

from collections.abc import Sequence

from services.from_runs import measure_from_runs
from views.data.connection import engine, forget


def judge(before: Sequence[int], after: Sequence[int]) -> str:
    """Judges runs against runs and keeps it as a measurement; gives what it says. Raises Problem."""
    try:
        sentence = measure_from_runs(engine(), before, after).sentence
    finally:
        forget("runs", "evidence")
    return f"{sentence[:1].upper()}{sentence[1:]}"
