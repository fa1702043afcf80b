"""Writes about runs: tags, labels, notes, facts, deleting and bringing back. Each gives a sentence on what was done.

All raise ``services.problems.Problem``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services import editing
from services.facts import read_facts
from views.data.connection import engine, forget


def _told(sentence: str) -> str:
    forget("runs", "evidence")
    return f"{sentence[:1].upper()}{sentence[1:]}."


def tag(run_ids: Sequence[int], name: str) -> str:
    """Puts a tag on runs."""
    return _told(editing.tag(engine(), run_ids, name))


def untag(run_ids: Sequence[int], name: str) -> str:
    """Takes a tag off runs; those that do not have it stay as they are."""
    return _told(editing.untag(engine(), run_ids, name))


def edit(run_id: int, label: str, note: str) -> str:
    """Gives a run its label and note."""
    editing.rename(engine(), run_id, label)
    editing.note(engine(), run_id, note)
    return _told(f"run {run_id} is saved")


def assign(run_ids: Sequence[int], texts: Mapping[str, str | None]) -> str:
    """States facts of runs, by name of ``services.facts.QUESTIONS``; empty texts are left alone."""
    given = {name: text for name, text in texts.items() if text and text.strip()}
    return _told(editing.assign(engine(), run_ids, read_facts(given, engine())))


def delete(run_ids: Sequence[int]) -> str:
    """Hides runs until they are brought back."""
    return _told(editing.delete(engine(), run_ids).partition(";")[0])


def undelete(run_ids: Sequence[int]) -> str:
    """Brings deleted runs back."""
    return _told(editing.undo(engine(), run_ids))
