"""Imports: reading files and folders into a preview, storing it, and saying what became of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from db import queries, store
from profiles.completeness import EXTRAS, close, fits, is_extra
from services import editing
from services.elsewhere import store_elsewhere
from services.facts import Facts
from services.problems import USAGE, fail
from services.run_marks import MARKS

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from profiles.audit import KnownRun
    from profiles.intake.preview import File, Progress
    from profiles.intake.results import Preview, RunPreview
    from profiles.records import RunRecord

#: So many of the newest runs are compared with what is imported.
KNOWN_RUNS = 2000
_OUTCOMES = {
    "new": "stored",
    "completed": "was there already, and is more complete now",
    "known": "was there already",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """One run of a preview after storing. ``outcome`` as ``db.store.Imported``; ``added`` is what a person said of it,
    ``problems`` what could not be kept, each in a clause."""

    run_id: int
    label: str
    outcome: str
    added: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        return self.outcome == "new"

    @property
    def sentence(self) -> str:
        """What became of it, for both faces."""
        nothing = ", nothing added" if self.outcome == "known" and not self.added else ""
        added = f"; stated: {', '.join(self.added)}" if self.added else ""
        problems = f" (not kept: {'; '.join(self.problems)})" if self.problems else ""
        return f"run {self.run_id} {_OUTCOMES[self.outcome]}{nothing}: {self.label}{added}{problems}"


def known_runs(engine: Engine) -> list[KnownRun]:
    """The newest runs of the database, for the audit's question whether the same numbers are there already."""
    from profiles.audit import KnownRun

    frame = queries.runs(engine, sort="id", limit=KNOWN_RUNS)[["key", "label", "wall_seconds"]]
    table = frame.astype(object).where(frame.notna(), None)
    return [KnownRun(key=key, label=label, wall_seconds=wall) for key, label, wall in table.itertuples(index=False)]


def _silent(_name: str, _done: int, _size: int) -> None:
    return None


def read(engine: Engine, files: Sequence[File], progress: Progress = _silent) -> Preview:
    """What storing files (name and bytes each) would bring; nothing is stored. Never raises for what a file holds."""
    from profiles.intake.preview import preview

    return preview(files, known=known_runs(engine), progress=progress)


def store_preview(
    engine: Engine,
    preview: Preview,
    *,
    label: str | None = None,
    facts: Facts | None = None,
    who: str | None = None,
) -> list[Stored]:
    """Stores all runs of ``preview``.

    Args:
        label: what to call the run; several runs get a number behind it. By default their files' names.
        facts: what a person says of all of them.

    Raises:
        Problem: one role for several runs: a plan has one baseline and one final run; exit code 2.
    """
    check(preview, facts)
    count = len(preview.runs)
    names = [label if count == 1 or not label else f"{label} ({number})" for number in range(1, count + 1)]
    stored = [
        store_run(engine, run, label=name, facts=facts, who=who) for run, name in zip(preview.runs, names, strict=True)
    ]
    store_measurements(engine, preview)
    return stored


def store_measurements(engine: Engine, preview: Preview) -> list[int]:
    """Keeps the measurements of a preview whose runs are stored, judged here; gives their ids, known ones too.

    Their grade says that the blocks were made elsewhere.
    """
    return store_elsewhere(engine, preview.measurements)


def check(preview: Preview, facts: Facts | None) -> None:
    """Refuses one role for several runs, before anything is stored."""
    role, count = facts.get("role") if facts else None, len(preview.runs)
    if role in MARKS and count > 1:
        fail(f"{role} is the role of one run, and these files hold {count}: import them one by one", USAGE)


def store_run(
    engine: Engine, run: RunPreview, *, label: str | None = None, facts: Facts | None = None, who: str | None = None
) -> Stored:
    """Stores one run of a preview with its profiles and with what a person says of it.

    Of a run that is there already only what is more complete is taken; its label stays, and what is stated is added.

    Raises:
        Problem: the label is empty; exit code 2.
    """
    if label is not None and not label.strip():
        fail("the label is empty; a few words that tell this run from others would work", USAGE)
    record = run.record if label is None else run.record.replace(label=label.strip())
    run_id, outcome = store.import_run(engine, record, run.digest, into=_told_of(engine, record))
    problems = _keep_profiles(engine, run_id, run)
    added = editing.state(engine, [run_id], facts, who) if facts and facts.values else ()
    known = queries.runs(engine, ids=[run_id], limit=1).iloc[0]
    return Stored(run_id=run_id, label=str(known["label"]), outcome=outcome, added=added, problems=problems)


def _told_of(engine: Engine, record: RunRecord) -> int | None:
    """The one stored run that a log, or the JSON lines beside one, tells of under another key; None without a doubt
    of which it is."""
    if not record.source.startswith("imported:") or queries.run_of_key(engine, record.key) is not None:
        return None
    stored = queries.runs(engine, sort="id", limit=KNOWN_RUNS)
    imported = stored["source"].str.startswith("imported:") & (stored["source"].isin(EXTRAS) != is_extra(record))
    fitting = [
        int(row["id"])
        for row in stored[imported].to_dict("records")
        if (record.source.endswith("telemetry") or row["source"].endswith("telemetry"))
        or close(row["wall_seconds"], record.wall_seconds)
    ]
    matches = [run_id for run_id in fitting if _belongs(queries.run(engine, run_id), record)]
    return matches[0] if len(matches) == 1 else None


def _belongs(known: RunRecord, record: RunRecord) -> bool:
    return fits(record, known) or fits(known, record)


def _keep_profiles(engine: Engine, run_id: int, run: RunPreview) -> tuple[str, ...]:
    """Keeps the run's profiles as one session, where it has none yet; gives why not."""
    from profiles.sessions import SessionError, merge_sessions

    if not run.profiles or queries.profile(engine, run_id) is not None:
        return ()
    try:
        store.save_profile(engine, run_id, merge_sessions(json.dumps(dict(profile)) for profile in run.profiles))
    except SessionError as problem:
        return (f"its profile, because {problem}",)
    return ()
