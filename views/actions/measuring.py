"""Starting runs and measurements, and stopping: each in a process of its own that outlives the page and the app."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from profiles.program import module_command
from services.places import require_writable
from services.stopping import ask
from views.data.connection import engine, forget
from views.problems import ActionProblem
from views.settings import settings

#: The processes that this app started, so that those which are done can be put to rest.
STARTED: dict[int, subprocess.Popen[bytes]] = {}


def start(arguments: Sequence[str]) -> tuple[int, Path]:
    """Starts ``quickwin`` with these arguments, detached; gives its process id and its log file.

    The process gets its own session: closing the tab, or the app, does not end it.

    Raises:
        ActionProblem: the log file or the process could not be made.
        Problem: the database may only be read.
    """
    require_writable(engine())
    now = settings()
    log = now.logs / f"{arguments[0]}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("xb") as output:
            process = subprocess.Popen(
                module_command("optim", *arguments),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "QUICKWIN_HOME": str(now.home)},
                start_new_session=True,
            )
    except OSError as error:
        raise ActionProblem(f"it could not be started: {error.strerror or error}") from error
    STARTED[process.pid] = process
    forget("evidence")
    return process.pid, log


def running(pid: int) -> bool:
    """Whether a process that was started here, or by this app before it was restarted, is still at work."""
    started = STARTED.get(pid)
    return started.poll() is None if started else _exists(pid)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def stop(measurement_id: int) -> None:
    """Asks a measurement to stop: it finishes what it must, keeps what it has, and can be continued.

    Raises:
        Problem: it is not at work any more, or its process can not be signalled from here.
    """
    try:
        ask(engine(), measurement_id)
    finally:
        forget("evidence")


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a measurement's log, for when it did not even begin."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8000))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.replace("\r", "\n").splitlines()[-lines:])
