"""Storing what was imported."""

from __future__ import annotations

import json
from collections.abc import Iterable

from db.store import save_profile, store_run, tag_run
from profiles.intake.results import RunPreview
from profiles.sessions import SessionError, merge_sessions
from services.project import current_project
from views.data.connection import engine, forget
from views.problems import ActionProblem


def store(run: RunPreview, label: str, wins: Iterable[str] | None, tags: Iterable[str]) -> tuple[int, bool]:
    """Stores a run with its profiles; gives its id and whether it is new: a known one is left as it is.

    Args:
        label: what it is to be called.
        wins: those that were on; None where that is not known.
        tags: put on the run, a known one too.

    Raises:
        ActionProblem: the label is empty.
    """
    if not label.strip():
        raise ActionProblem("the label is empty; a few words that tell this run from others would work")
    known = run.record.config
    record = run.record.replace(label=label.strip(), config=known if wins is None else frozenset(wins))
    run_id, new = store_run(engine(), record, file_digest=run.digest)
    if new and run.profiles:
        _profiles(run_id, run)
    for tag in tags:
        tag_run(engine(), run_id, tag)
    forget("runs", "evidence")
    return run_id, new


def _profiles(run_id: int, run: RunPreview) -> None:
    try:
        save_profile(engine(), run_id, merge_sessions(json.dumps(dict(one)) for one in run.profiles))
    except SessionError as problem:
        raise ActionProblem(f"run {run_id} is stored, its profile is not: {problem}") from problem


def said(run_id: int, new: bool, wins: Iterable[str] | None) -> str:
    """What ``store`` did, in a sentence."""
    config = "" if wins is None else f" with {current_project().label(frozenset(wins))}"
    return (
        f"Stored as run {run_id}{config}." if new else f"It is there already as run {run_id}; nothing was stored twice."
    )
