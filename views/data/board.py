"""The board of all wins, read anew whenever something was recorded, decided or written."""

from __future__ import annotations

from dataclasses import astuple
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from db import queries
from optim.evidence.records import BLOCKS
from profiles.configs import stored_text
from services import board as service
from services.board import BoardRow
from services.deciding import beside_kept
from services.project import Project, current_project
from views import palette, text
from views.data.account import known
from views.data.connection import engine

_DAY = 86_400


def board() -> tuple[BoardRow, ...]:
    """A row for each win of the project at hand."""
    here = engine()
    return _board(here, astuple(queries.state(here)), current_project())


@lru_cache(maxsize=4)
def _board(here: Any, state: tuple[str, ...], project: Project) -> tuple[BoardRow, ...]:
    return service.board(here, known())


def headline(rows: tuple[BoardRow, ...]) -> str:
    """What to do with all wins, in one sentence of Markdown."""
    return text.escape(service.sentence(rows))


def together() -> str:
    """What is known of the wins together, and of how they were measured; Markdown, empty where nothing is."""
    now = known().standing.now
    if now is None or not now.measured:
        return ""
    what = "the wins kept" if known().standing.now_is_kept else "all wins"
    return f"{text.speedup(now.speedup, now.low, now.high)} with {what} together ({text.escape(now.source)})."


def subtitle(row: BoardRow) -> str:
    """The verdict as sign and word, and the seconds that it saves by the attribution; Markdown."""
    mark = palette.verdict(row.verdict)
    return f"{mark.sign} {mark.label}" + (f", {row.contrast}" if row.contrast else "")


def share(row: BoardRow) -> str:
    """The attribution's share of the win."""
    if row.share is None or row.share_of is None:
        return ""
    return f"{text.seconds(row.share.value)} of {text.seconds(row.share_of)} by attribution"


def grounds(row: BoardRow, now: datetime | None = None) -> list[str]:
    """Answers, grade and age of what a row rests on, each in a few words."""
    answers = {"equal": "answers equal", "not checked": "answers not checked", "different": "answers differ"}
    told = [answers.get(row.answers, "")]
    if row.basis is not None:
        blocks = text.count(row.basis.blocks, "block")
        told.append(f"{blocks} here" if row.grade == BLOCKS else f"{blocks}, {row.grade}")
        told.append(f"due again: {row.due}" if row.due else _age(row.basis.measured_at, now))
    return [ground for ground in told if ground]


def _age(moment: datetime | None, now: datetime | None = None) -> str:
    """``today``, ``3 days ago``, ``2026-03-04``."""
    if moment is None:
        return ""
    at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    days = int(((now or datetime.now(UTC)) - at).total_seconds() // _DAY)
    if days < 1:
        return "today"
    return f"{text.count(days, 'day')} ago" if days < 30 else f"{at:%Y-%m-%d}"


def to_measure(row: BoardRow) -> dict[str, str | int]:
    """The address of the Measure page for the win beside those that are kept."""
    before, after = (stored_text(config) for config in beside_kept(row.win.name, known().evidence.decisions("keep")))
    return {"before": before, "after": after}
