"""The bundle of the project at hand: one file that measures it on another machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from db import queries
from optim.bundle.building import FILE, bundle_text
from optim.bundle.contents import Contents
from services.files import write_new
from services.pipelines import command_pipeline
from services.places import open_database
from services.project import current_project

__all__ = ["FILE", "Bundled", "write_bundle"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundled:
    """A bundle that was written. ``takes`` is what has to lie beside it there; ``notes`` are sentences."""

    path: Path
    size: int
    takes: tuple[str, ...]
    notes: tuple[str, ...] = ()


def write_bundle(output: Path) -> Bundled:
    """Writes the bundle of the project at hand; ``kept`` means there what is decided here now.

    Raises:
        Problem: the project is the worked example, which has no command, or the file can not be written.
    """
    pipeline = command_pipeline(current_project())
    kept = tuple(sorted(queries.kept_wins(open_database())))
    contents = Contents(name=pipeline.name, command=pipeline.command, toggles=pipeline.toggles, kept=kept)
    text = bundle_text(contents)
    output = output / FILE if output.is_dir() else output
    write_new(output, text)
    return Bundled(path=output, size=len(text.encode()), takes=_takes(contents), notes=_notes(contents))


def _takes(contents: Contents) -> tuple[str, ...]:
    """What the bundle does not hold: the program itself, and what it reads."""
    return (f"what {contents.command.command!r} runs", *contents.command.inputs)


def _notes(contents: Contents) -> tuple[str, ...]:
    notes = []
    if contents.command.time == "log":
        notes.append(
            "The project's time is read from its log, which takes Quickwin's importers: there each run's wall-clock "
            "from start to exit counts. A Recorder() in the program would bring phases too."
        )
    if contents.command.answers is None:
        notes.append("The project does not say where its answers are, so only those of a journal are checked there.")
    if refs := [name for name, toggle in contents.toggles.items() if toggle.on.ref]:
        notes.append(f"{', '.join(refs)}: a win by git reference needs the repository there, not only the files.")
    return tuple(notes)
