"""What leaves Quickwin as a document: the tracker, the results, the report; and the tracker that comes back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from db import queries, store
from optim.evidence.records import TrackerEvidence
from optim.plan.report import html_report, results_document
from optim.plan.report_charts import report_charts
from optim.plan.tracker import NotATracker, document, parse
from optim.plan.tracker_document import TrackerDocument, write
from optim.plan.tracker_edits import apply, recognize, without
from optim.plan.tracker_merge import differences, merge
from services.account import MOST, REPORT, TRACKER, Account, account, gather, hand_edits, imported_trackers
from services.files import write_file
from services.places import require_writable
from services.problems import fail
from services.project import current_project
from services.tracking import adopt_plan, log_edits

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from services.project import Project


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadTracker:
    """A tracker that was read in: what it holds, where it differs from plan and evidence, whether it is new.

    ``edits`` are what people wrote into it since it was printed, ``adopted`` what of that went into the project file, a
    clause each.
    """

    document: TrackerDocument
    differences: tuple[str, ...]
    is_new: bool
    edits: tuple[str, ...] = ()
    adopted: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """Documents that were written: their files, a sentence each, and the account that they rest on."""

    files: tuple[Path, ...]
    sentences: tuple[str, ...]
    account: Account


def tracker_filled(engine: Engine, project: Project, evidence: TrackerEvidence | None = None) -> TrackerDocument:
    """The tracker, filled from plan and evidence (by default what is known now) and from what people wrote."""
    evidence = gather(engine, project) if evidence is None else evidence
    plan, log = project.plan, hand_edits(engine)
    spoken = {edit.key for edit in log}
    imported = [without(plan, tracker, spoken) for tracker in imported_trackers(engine)]
    return merge(plan, apply(plan, document(plan, evidence), log), imported)


def tracker_text(engine: Engine, project: Project) -> str:
    """The tracker as Markdown."""
    return write(tracker_filled(engine, project))


def read_tracker(
    engine: Engine, project: Project, text: str, name: str, *, adopt: bool = False, who: str | None = None
) -> ReadTracker:
    """Takes a tracker in: what people wrote into it goes into the log of edits, what has no place there is kept as it
    came. The same one again changes nothing.

    Args:
        adopt: puts what it says of the plan (titles, targets, estimates) into the project file.

    Raises:
        Problem: it is no tracker, or the project file can not hold what it says.
    """
    try:
        match = parse(text)
    except NotATracker as problem:
        fail(f"{name}: {problem}")
    digest = hashlib.sha256(text.encode()).hexdigest()
    known = digest in set(queries.documents(engine, TRACKER, limit=MOST)["digest"])
    differs = tuple(differences(document(project.plan, TrackerEvidence()), match))
    adopted = adopt_plan(engine, project, match, who) if adopt else ()
    project = current_project() if adopted else project
    evidence = gather(engine, project)
    unfilled = document(project.plan, TrackerEvidence())
    own = document(project.plan, evidence)
    recognized = recognize(project.plan, own, unfilled, tracker_filled(engine, project, evidence), match)
    edits = log_edits(engine, project, recognized.edits, origin=name, who=who)
    if not known:
        store.save_document(engine, TRACKER, name, text, digest)
    return ReadTracker(
        document=match,
        differences=(*(() if adopted else differs), *recognized.conflicts),
        is_new=not known or bool(edits) or bool(adopted),
        edits=edits,
        adopted=adopted,
    )


def results_text(known: Account, name: str) -> str:
    """What came out, as Markdown: verdicts, decisions, attribution, projection and odds, and what is not known."""
    return results_document(
        known.plan,
        known.evidence.with_results(name),
        known.standing,
        attribution=known.attribution,
        attribution_name=known.attribution_name,
        written_at=datetime.now(UTC),
    )


def report_text(known: Account) -> str:
    """The results with their charts as one HTML file that asks for nothing from outside."""
    charts = report_charts(known.plan, known.evidence, known.attribution)
    return html_report(results_text(known, known.plan.results_file), f"{known.plan.phase} Results", charts)


def note_results(engine: Engine, name: str, text: str) -> None:
    """Notes in the database that the results were written, which the checklist asks for."""
    store.save_document(engine, REPORT, name, text)


def write_results(engine: Engine, project: Project, output: Path | None = None, page: Path | None = None) -> Written:
    """Writes the results, and the HTML file where one is named. What a file held before is kept beside it.

    Raises:
        Problem: a file can not be written.
    """
    require_writable(engine)
    known = account(engine, project)
    file = output or Path(project.plan.results_file)
    text = results_text(known, file.name)
    sentences = [write_file(file, text)]
    note_results(engine, file.name, text)
    pages: tuple[tuple[Path, Callable[[Account], str]], ...] = ((page, report_text),) if page is not None else ()
    sentences += [write_file(path, make(known)) for path, make in pages]
    return Written(files=(file, *(path for path, _ in pages)), sentences=tuple(sentences), account=known)
