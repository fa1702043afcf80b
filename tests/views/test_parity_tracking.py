"""The tracker is kept alike on the command line and on the Progress page: same log, same document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from db import queries
from db.engine import open_engine
from services.project import current_project
from tests.cli.place import quickwin
from tests.views.conftest import Open, words
from views.data.connection import forget

#: An act: the words of the command, and per key of the page what is typed there. ``{win}`` is the first win.
ACTS: dict[str, tuple[list[str], dict[str, str], str]] = {
    "status": (["{win}", "--status", "👩‍💻 on it"], {"{win}.status": "👩‍💻 on it"}, "{win}.save"),
    "notes": (["{win}", "--notes", "too narrow"], {"{win}.notes": "too narrow"}, "{win}.save"),
    "checkpoint": (["{win}", "--checkpoint", "Date=today"], {"{win}.checkpoint Date": "today"}, "{win}.save"),
    "another field": (["{win}", "--checkpoint", "Mood=fine"], {"{win}.new": "Mood=fine"}, "{win}.save"),
    "line": (["{win}", "--line", "tried it"], {"{win}.line": "tried it"}, "{win}.save"),
    "planned": (["{win}", "--planned", "4-6"], {"{win}.target_percent": "4-6"}, "{win}.save"),
    "hypothesis": (["{win}", "--hypothesis", "it misses"], {"{win}.hypothesis": "it misses"}, "{win}.save"),
    "target": (["--target", "10-12"], {"plan.target.seconds": "10-12"}, "plan.save"),
    "a wrong range": (["{win}", "--planned", "many"], {"{win}.target_percent": "many"}, "{win}.save"),
    "tick": (["--tick", "Local single-task test (correctness)"], {"tick.0": ""}, ""),
}


@pytest.fixture
def at_face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def go(face: str) -> None:
        folder = tmp_path / face
        folder.mkdir()
        monkeypatch.chdir(folder)
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder / 'quickwin.db'}")
        monkeypatch.setenv("QUICKWIN_HOME", str(folder / "home"))
        forget()

    return go


def kept() -> tuple[list[dict[str, Any]], str | None]:
    """The log without its times, and the project file in this folder."""
    engine = open_engine()
    log = queries.tracking(engine).drop(columns="made_at").astype(object)
    engine.dispose()
    rows = list(log.where(log.notna(), None).to_dict("records"))
    for row in rows:
        row["name"] = "now" if row["place"].startswith("line") else row["name"]
    file = Path("quickwin.toml")
    return rows, file.read_text("utf-8") if file.exists() else None


@pytest.mark.parametrize("name", ACTS)
def test_an_act_leaves_the_same_log_and_project_file(
    name: str, at_face: Callable[[str], None], open_page: Open
) -> None:
    command, fields, button = ACTS[name]
    win = current_project().names[0]
    at_face("command")
    result = quickwin("track", *(word.format(win=win) for word in command))
    by_command = kept()
    at_face("page")
    page = open_page("progress", tracking=1)
    for key, value in fields.items():
        widget = page.get_by_key(f"progress.tracking.{key.format(win=win)}")
        changed = widget.check() if key.startswith("tick") else widget.set_value(value)
        if not button:  # what is in a form goes with its button
            changed.run()
    if button:
        page.get_by_key(f"progress.tracking.{button.format(win=win)}").click().run()
    assert not page.exception
    assert kept() == by_command
    if result.exit_code:
        assert by_command == ([], None)
        assert "must be a range" in result.stderr and "must be a range" in words(page).replace("\\", "")
    else:
        assert by_command[0]
