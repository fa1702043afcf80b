"""What uploaded files hold: a preview read in a child process, and what of it is there already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence

from db import queries
from profiles.audit import KnownRun
from profiles.importers import all_importers
from profiles.intake.preview import preview
from profiles.intake.results import FilePreview, Preview, RunPreview
from views import text
from views.data.connection import cached, engine

#: Runs that the audit holds a new one against.
_KNOWN_RUNS = 2_000


def read(files: Sequence[tuple[str, bytes]], progress: Callable[[str, int, int], None]) -> str:
    """The preview of files (name and bytes) as JSON text; nothing is stored. Never raises for what a file holds."""
    return json.dumps(preview(files, known=_known(), progress=progress).to_json())


def load(stored: str) -> Preview:
    """The preview that ``read`` gave."""
    return Preview.from_json(json.loads(stored))


def _known() -> list[KnownRun]:
    found = queries.runs(engine(), sort="id", limit=_KNOWN_RUNS)
    columns = (found["key"], found["label"], found["wall_seconds"])
    return [
        KnownRun(key=key, label=label, wall_seconds=None if text.missing(wall) else float(wall))
        for key, label, wall in zip(*columns, strict=True)
    ]


def digest(data: bytes) -> str:
    """The SHA-256 of a file, by which it is known again."""
    return hashlib.sha256(data).hexdigest()


@cached("runs", ttl=5)
def stored_as(key: str) -> int | None:
    """The run that has this key already, a deleted one too; None for a new one."""
    found = queries.runs(engine(), text=key, deleted=None, limit=5)
    same = found[found["key"] == key]
    return None if same.empty else int(same["id"].iloc[0])


@cached("runs", ttl=5)
def stored_from(file_digest: str) -> list[int]:
    """The runs that were imported from this very file before."""
    return queries.imported(engine(), file_digest)


def formats() -> list[tuple[str, str]]:
    """What can be imported: title and description of each format."""
    return [(one.title, one.description) for one in all_importers()]


def summary(found: Preview) -> str:
    """What came out, in a sentence of Markdown."""
    said = [f"**{text.count(len(found.files), 'file')}: {text.count(len(found.runs), 'run')} found**"]
    if found.refused:
        said.append(f"{len(found.refused)} refused")
    grave = {name: sum(one.severity == name for one in found.findings) for name in ("error", "warning")}
    claims = [text.count(number, name) for name, number in grave.items() if number]
    audit = f" The audit found **{text.listed(claims)}** in what they claim." if claims else ""
    stored = sum(stored_as(run.record.key) is not None for run in found.runs)
    state = f"{stored} of them in the history." if stored else "Nothing is stored yet."
    return f"{', '.join(said)}.{audit} {state if found.runs else ''}"


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


def losses(files: Iterable[FilePreview]) -> list[tuple[str, int | None, str]]:
    """What was not taken of files: file, line, reason."""
    return [(file.name, loss.line, loss.reason) for file in files for loss in file.losses]
