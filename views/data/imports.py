"""What uploaded files hold: a preview read in a child process, and what of it is there already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from db import queries
from profiles.importers import all_importers
from profiles.intake.results import FilePreview, Preview, RunPreview
from profiles.records import SEVERITIES, Finding, RunRecord
from services import importing
from services.facts import QUESTIONS, missing, proposed, spoken
from views import text
from views.data.connection import cached, engine


def read(files: Sequence[tuple[str, bytes]], progress: Callable[[str, int, int], None]) -> str:
    """The preview of files (name and bytes) as JSON text; nothing is stored. Never raises for what a file holds."""
    return json.dumps(importing.read(engine(), files, progress).to_json())


def load(stored: str) -> Preview:
    """The preview that ``read`` gave."""
    return Preview.from_json(json.loads(stored))


def digest(data: bytes) -> str:
    """The SHA-256 of a file, by which it is known again."""
    return hashlib.sha256(data).hexdigest()


def short(key: str) -> str:
    """What stands for a run in the keys of widgets: its own key comes from the file, which may say anything."""
    return digest(key.encode())[:16]


@cached("runs", ttl=5)
def stored_as(key: str) -> int | None:
    """The run that has this key already, a deleted one too; None for a new one."""
    run = queries.run_of_key(engine(), key)
    return None if run is None else run.id


@cached("runs", ttl=5)
def stored_from(file_digest: str) -> list[int]:
    """The runs that were imported from this very file before."""
    return queries.imported(engine(), file_digest)


def formats() -> list[tuple[str, str]]:
    """What can be imported: title and description of each format."""
    return [(importer.title, importer.description) for importer in all_importers()]


def summary(preview: Preview) -> str:
    """What came out, in a sentence of Markdown."""
    sentences = [f"**{text.count(len(preview.files), 'file')}: {text.count(len(preview.runs), 'run')} found**"]
    if preview.refused:
        sentences.append(f"{len(preview.refused)} refused")
    grave = {name: sum(finding.severity == name for finding in preview.findings) for name in ("error", "warning")}
    claims = [text.count(number, name) for name, number in grave.items() if number]
    audit = f" The audit found **{text.listed(claims)}** in what they claim." if claims else ""
    stored = sum(stored_as(run.record.key) is not None for run in preview.runs)
    state = f"{stored} of them in the history." if stored else "Nothing is stored yet."
    return f"{', '.join(sentences)}.{audit} {state if preview.runs else ''}"


def holds(run: RunPreview) -> str:
    """What would be stored of one run, in a sentence of Markdown."""
    record = run.record
    amounts = {
        "task": len(record.tasks),
        "phase": len(record.phases),
        "cache": len(record.caches),
        "count": len(record.counts),
        "profile": len(run.profiles),
    }
    parts = [text.count(number, noun) for noun, number in amounts.items() if number]
    wall = (
        "no wall-clock time" if record.wall_seconds is None else f"**{text.seconds(record.wall_seconds)}** wall-clock"
    )
    state = {"unknown": "cold or warm unknown"}.get(record.cache_state, f"{record.cache_state} caches")
    return f"{wall}, {state}; {text.listed(parts) if parts else 'nothing else'}."


def title(run: RunPreview) -> str:
    """A run in a line of Markdown, for a list of many."""
    record = run.record
    wall = "no wall-clock" if record.wall_seconds is None else text.seconds(record.wall_seconds)
    claims = text.count(len(claims_of(record)), "finding")
    return f"**{text.escape(record.label, 80)}**: {wall}, {claims}"


def claims_of(record: RunRecord) -> pd.DataFrame:
    """What the audit found, the worst first, each claim once with all that follows.

    Columns: severity, claimed, follows, line.
    """
    claims: dict[tuple[str, int | None], list[Finding]] = {}
    for finding in record.findings:
        claims.setdefault((finding.claimed, finding.line), []).append(finding)
    rows = [
        (min(same, key=_gravity).severity, claimed, "; ".join(dict.fromkeys(alike.follows for alike in same)), line)
        for (claimed, line), same in claims.items()
    ]
    rows.sort(key=lambda row: SEVERITIES.index(row[0]))
    table = pd.DataFrame(rows, columns=["severity", "claimed", "follows", "line"])
    return table.astype({"severity": "str", "claimed": "str", "follows": "str", "line": "Int64"})


def _gravity(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)


def says(record: RunRecord) -> str:
    """What a log says itself of the facts that are asked for, in a line."""
    machine = record.environment.machine[:12] if record.environment else ""
    facts = {
        "config": None if record.config is None else ", ".join(sorted(record.config)) or "no win",
        "machine": f"machine {machine}",
        "cache_state": f"{record.cache_state} caches",
        "started_at": record.started_at and f"{record.started_at:%Y-%m-%d %H:%M}",
        "workload": record.workload and (record.workload.description or text.count(record.workload.tasks or 0, "task")),
    }
    silent = missing(record)
    return "; ".join(str(value) for name, value in facts.items() if name not in silent and value) or "nothing of these"


#: The columns of the table that is filled in: what a person may say, in its order.
ASKED = ("role", "config", "machine", "cache_state", "started_at", "workload", "pipeline")


def form(runs: Sequence[RunPreview]) -> pd.DataFrame:
    """The table of what is asked: a row a run, with the last answers proposed. All text but ``store``.

    Columns: store, label, seconds, says (what the log says itself), and ``ASKED``; empty where nothing is proposed.
    """
    rows = [_form_row(run) for run in runs]
    table = pd.DataFrame(rows, columns=["store", "label", "seconds", "says", *ASKED])
    return table.astype({"store": "bool", "seconds": "float64", **dict.fromkeys(("label", "says", *ASKED), "str")})


def _form_row(run: RunPreview) -> tuple[object, ...]:
    record = run.record
    last = proposed(engine(), record)
    answers = [("run" if name == "role" else last.get(name) or "") for name in ASKED]
    return (True, record.label, record.wall_seconds, says(record), *answers)


def open_questions(runs: Sequence[RunPreview]) -> list[str]:
    """The names of ``ASKED`` that at least one of the runs does not say itself."""
    silent = {name for run in runs for name in missing(run.record)}
    return [name for name in ASKED if name in silent or name == "role"]


def filled_down(table: pd.DataFrame) -> pd.DataFrame:
    """The table with each empty answer taken from the row above; roles and labels are each run's own."""
    names = [name for name in ASKED if name != "role"]
    answers = table[names].map(lambda cell: str(cell or "").strip() or None).astype(object).ffill().fillna("")
    return table.assign(**{name: answers[name].astype("str") for name in names})


def question(name: str) -> str:
    """A fact's name as a column's head."""
    word = spoken(name)
    return word[:1].upper() + word[1:]


def help_of(name: str) -> str:
    """What is asked by a fact."""
    return QUESTIONS[name]


def losses(files: Iterable[FilePreview]) -> list[tuple[str, int | None, str]]:
    """What was not taken of files: file, line, reason."""
    return [(file.name, loss.line, loss.reason) for file in files for loss in file.losses]
