"""``serve``: the app in the browser."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial

import click

from profiles.interruption import interruptible
from profiles.lifeline import lifeline
from profiles.program import ROOT, tied_command
from services.places import open_database, read_only
from services.problems import COULD_NOT, fail


@click.command()
@click.option("--port", default=8501, show_default=True, help="The port on this machine.")
@click.option("--browser/--no-browser", default=True, help="Whether to open a browser window.")
def COMMAND(port: int, browser: bool) -> None:
    """Open the app on what was recorded, at http://localhost:8501. Ctrl-C ends it.

    \b
    quickwin serve
    quickwin serve --port 8600 --no-browser

    Exit codes: 0 ended by Ctrl-C, a termination or a hang-up, 2 usage, 3 the app could not start.
    """
    from services.keeping import sqlite_sentence
    from services.sweeping import sweep

    engine = open_database()
    if read_only() is None:
        sweep(engine, partial(click.echo, err=True))
    engine.dispose()
    headless = "false" if browser and _has_screen() else "true"
    options = (f"--server.port={port}", f"--server.headless={headless}")
    command = tied_command("streamlit", "run", str(ROOT / "app.py"), *options)

    click.echo(sqlite_sentence(), err=True)
    click.echo(f"Serving on http://localhost:{port} (Ctrl-C ends it)")
    try:
        # However this process ends, the app's ends with it.
        with interruptible(), lifeline() as line:
            code = subprocess.run(command, stdin=line, check=False).returncode
    except KeyboardInterrupt:
        return
    if code:
        fail(f"the app ended with exit code {code}; is port {port} in use? --port takes another", COULD_NOT)


def _has_screen() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
