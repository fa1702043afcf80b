"""Finds the run that a person means: by its id, ``last``, or its label."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from db import queries
from services.problems import USAGE, fail

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: So many runs can be named by a span.
MOST_RUNS = 1000


def find_run(engine: Engine, text: str) -> int:
    """The id of the run that ``text`` names; of several with that label the newest.

    Raises:
        Problem: there is none, with what would work.
    """
    if not queries.run_count(engine):
        fail("there are no runs yet; quickwin run records one", USAGE)
    if text.isascii() and text.isdigit() and len(text) < 19:  # longer ones are beyond what a database counts to
        if not queries.run_count(engine, ids=[int(text)], deleted=None):
            fail(f"there is no run {text}; quickwin runs lists them", USAGE)
        return int(text)
    match = queries.run_rows(engine, limit=1) if text == "last" else queries.run_rows(engine, label=[text], limit=1)
    if not match:
        labels = ", ".join(sorted({row["label"] for row in queries.run_rows(engine, limit=20)})[:8])
        fail(f"no run is called {text!r}; there are, for example: {labels}; or take an id, or 'last'", USAGE)
    return int(match[0]["id"])


def find_runs(engine: Engine, texts: Sequence[str]) -> list[int]:
    """The ids of the runs that several texts name, each once, in their order; ``3-7`` are the runs 3 to 7 that are
    there.

    Raises:
        Problem: one of them names none.
    """
    ids = [run_id for text in texts for run_id in (_span(engine, text) or [find_run(engine, text)])]
    return list(dict.fromkeys(ids))


def _span(engine: Engine, text: str) -> list[int]:
    """The runs of ``3-7``; empty where the text is no span, or the label of a run."""
    match = re.fullmatch(r"(\d{1,9})-(\d{1,9})", text)
    if match is None or queries.run_count(engine, label=[text]):
        return []
    low, high = int(match[1]), int(match[2])
    if not low <= high < low + MOST_RUNS:
        fail(f"{text} is no span of up to {MOST_RUNS} runs: the first number comes first", USAGE)
    ids = range(low, high + 1)
    there = queries.run_rows(engine, ids=ids, sort="id", descending=False, limit=MOST_RUNS, deleted=None)
    if not there:
        fail(f"there is no run from {low} to {high}; quickwin runs lists them", USAGE)
    return [int(row["id"]) for row in there]
