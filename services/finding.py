"""Finds the run that a person means: by its id, ``last``, or its label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import queries
from services.problems import USAGE, fail

if TYPE_CHECKING:
    from sqlalchemy import Engine


def find_run(engine: Engine, text: str) -> int:
    """The id of the run that ``text`` names; of several with that label the newest.

    Raises:
        Problem: there is none, with what would work.
    """
    if not queries.run_count(engine):
        fail("there are no runs yet; python -m optim run records one", USAGE)
    if text.isascii() and text.isdigit() and len(text) < 19:  # longer ones are beyond what a database counts to
        try:
            queries.run(engine, int(text))
            return int(text)
        except queries.UnknownRow:
            fail(f"there is no run {text}; python -m optim runs lists them", USAGE)
    found = queries.runs(engine, limit=1) if text == "last" else queries.runs(engine, label=[text], limit=1)
    if found.empty:
        labels = ", ".join(sorted(set(queries.runs(engine, limit=20)["label"]))[:8])
        fail(f"no run is called {text!r}; there are, for example: {labels}; or take an id, or 'last'", USAGE)
    return int(found["id"].iloc[0])
