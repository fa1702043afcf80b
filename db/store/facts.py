"""What people state of runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import Engine, select

from db.engine import writing
from db.models import Run
from db.problems import UnknownRow
from db.rows import clean
from db.stated import FACTS, ROLE, put


def state_facts(
    engine: Engine, run_ids: Iterable[int], facts: Mapping[str, str | None], who: str | None = None
) -> None:
    """Keeps what a person states of runs, beside what was read of them; None takes a statement back.

    A statement counts where what was read says nothing. Either all runs get it or, on an error, none.

    Args:
        facts: by name of ``db.stated.FACTS`` or ``role``: a config as its canonical text, a moment as ISO text with
            its zone, caches as ``cold`` or ``warm``, everything else in words.

    Raises:
        ValueError: there is no fact of that name.
        UnknownRow: there is no such run.
    """
    if unknown := set(facts) - {*FACTS, ROLE}:
        raise ValueError(
            f"nothing called {', '.join(sorted(unknown))} can be stated; known: {', '.join(FACTS)}, {ROLE}"
        )
    values = {name: clean(value) for name, value in facts.items()}
    now = datetime.now(UTC)
    with writing(engine) as connection:
        for run_id in run_ids:
            if connection.scalar(select(Run.id).where(Run.id == int(run_id))) is None:
                raise UnknownRow(f"there is no run {run_id}")
            put(connection, int(run_id), values, clean(who), now)
