"""What the command ``import`` and the app share: known runs for the audit, roles, and storing a preview."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from db import queries, store
from profiles.configs import Config
from services.project import current_project

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from profiles.audit import KnownRun
    from profiles.intake.results import Preview, RunPreview

#: So many of the newest runs are compared with what is imported.
KNOWN_RUNS = 2000


class UnknownRole(ValueError):
    """A run was to be imported as something that is no role."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Role:
    """What an imported run is for the plan: the tag that it gets, and its config where the role says it."""

    tag: str
    config: Config | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """One run of a preview after storing: its id, what it is called there, and whether it is new."""

    run_id: int
    label: str
    is_new: bool


def parse_role(text: str) -> Role:
    """``baseline``, ``final`` or ``win:NAME``.

    Raises:
        UnknownRole: it is none of these.
    """
    kind, _, win = text.partition(":")
    if text == "baseline":
        return Role(tag="baseline", config=frozenset())
    if text == "final":
        return Role(tag="final")
    names = current_project().names
    if kind == "win" and win in names:
        return Role(tag=text)
    wins = ", ".join(f"win:{name}" for name in names)
    raise UnknownRole(f"a run is imported as baseline, final or {wins}; {text!r} is none of these")


def known_runs(engine: Engine) -> list[KnownRun]:
    """The newest runs of the database, for the audit's question whether the same numbers are there already."""
    from profiles.audit import KnownRun

    frame = queries.runs(engine, sort="id", limit=KNOWN_RUNS)[["key", "label", "wall_seconds"]]
    plain = frame.astype(object).where(frame.notna(), None)
    return [KnownRun(key=key, label=label, wall_seconds=wall) for key, label, wall in plain.itertuples(index=False)]


def store_preview(
    engine: Engine, preview: Preview, *, label: str | None = None, role: Role | None = None
) -> list[Stored]:
    """Stores all runs of ``preview``; those whose key is known add nothing.

    Args:
        label: what to call the run; several runs get a number behind it. By default their files' names.
        role: what the runs are for the plan.
    """
    count = len(preview.runs)
    names = [label if count == 1 or not label else f"{label} ({number})" for number in range(1, count + 1)]
    return [_store(engine, run, name, role) for run, name in zip(preview.runs, names, strict=True)]


def _store(engine: Engine, run: RunPreview, label: str | None, role: Role | None) -> Stored:
    record = run.record if label is None else run.record.replace(label=label)
    if role and role.config is not None and record.config is None:
        record = record.replace(config=role.config)
    run_id, is_new = store.store_run(engine, record, run.digest)
    if is_new and run.profiles:
        store.save_profile(engine, run_id, json.dumps(run.profiles[0]))
    if role:
        store.tag_run(engine, run_id, role.tag)
    known = record if is_new else queries.run(engine, run_id)
    return Stored(run_id=run_id, label=known.label, is_new=is_new)
