"""Where the database and the working folders are."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from optim.project.command import OWN
from services import interruption
from services.problems import fail
from services.project import Project, current_project

if TYPE_CHECKING:
    from sqlalchemy import Engine


#: Marking what lost its process is no reason to keep a reader waiting while another process writes.
_MARKING_SECONDS = 0.5


def home() -> Path:
    """The folder for caches, solvers, journals and logs: ``QUICKWIN_HOME`` or ``.quickwin`` in the project's folder."""
    named = os.environ.get("QUICKWIN_HOME")
    return Path(named) if named else current_project().folder / OWN


def database_url() -> str:
    """``DATABASE_URL``, by default ``quickwin.db`` beside the project file (the worked example: in this folder)."""
    return os.environ.get("DATABASE_URL") or f"sqlite:///{current_project().folder / 'quickwin.db'}"


def read_only() -> str | None:
    """Why nothing may be stored here, in a sentence: ``QUICKWIN_READ_ONLY`` is set; None where it is not (or is 0)."""
    if os.environ.get("QUICKWIN_READ_ONLY", "").strip().lower() in ("", "0", "false", "no", "off"):
        return None
    return (
        "QUICKWIN_READ_ONLY is set, so everything can be looked at and nothing is recorded, measured, imported, "
        "decided, edited or deleted; unset it where that should be possible"
    )


def require_writable(engine: Engine) -> None:
    """Refuses in one sentence what would end in a write: for acts that do long work, or write files, before it.

    Raises:
        Problem: the database may only be read; the sentence says why.
    """
    from db.engine import read_only_because

    if sentence := read_only_because(engine):
        fail(sentence)


def open_database() -> Engine:
    """The database of ``DATABASE_URL``, by default ``quickwin.db`` beside the project file, brought up to date.

    Runs and measurements whose process is gone are marked as interrupted; one that can not be written stays as it is.
    Caches of the project that a killed process set aside come back.

    Raises:
        Problem: it can not be opened, or holds another project; the sentence says why.
    """
    from db.engine import impatient  # late: commands have to start fast
    from db.problems import DatabaseProblem
    from db.store import mark_interrupted

    try:
        engine = project_engine(database_url())
    except DatabaseProblem as problem:
        fail(str(problem))
    with contextlib.suppress(DatabaseProblem):
        mark_interrupted(impatient(engine, _MARKING_SECONDS))
    if read_only() is None:
        put_back()
    interruption.opened()
    return engine


def put_back() -> None:
    """Brings back what a killed measurement set aside in the project's folder, unless one is under way there."""
    project = current_project()
    if project.command is None or not (project.folder / OWN).is_dir():
        return
    from optim.pipelines.external import pipeline

    with contextlib.suppress(OSError):  # a folder that can not be written holds nothing of ours
        pipeline.put_back(project.folder, project.command)


def project_engine(url: str) -> Engine:
    """The database at ``url``, which is or becomes the database of the project at hand.

    Raises:
        DatabaseProblem: it can not be opened.
        Problem: it holds another project.
    """
    from db.engine import open_engine
    from db.problems import database_name
    from db.store.projects import claim

    project, engine = current_project(), open_engine(url, read_only=read_only())
    other = claim(engine, project.id if read_only() else _mark(project), project.name)
    if other is not None:
        name = database_name(engine.url)
        engine.dispose()
        fail(
            f"{name} holds the project {other}, and {project.file or 'the project here'} is {project.name}: "
            "--project names its file, or DATABASE_URL another database"
        )
    return engine


def _mark(project: Project) -> str | None:
    """What tells this project from others of its name: what its file says, or the note that the first database left.

    None where there is neither and none can be left; the name alone tells then.
    """
    if project.file is None or project.id is not None:
        return project.id
    note = project.folder / OWN / "project"
    try:
        if not note.exists():
            note.parent.mkdir(exist_ok=True)
            note.write_text(f"{uuid.uuid4().hex}\n")
        return note.read_text().strip() or None
    except OSError:
        return None
