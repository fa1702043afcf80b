"""A small project for tests of the bundle: a script of the standard library with two switches."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.cli.place import quickwin

#: It sleeps a millisecond a round, so the machine is free meanwhile; its answer is a file, and may be made wrong.
SCRIPT = """\
import os, sys, time
rounds = int(sys.argv[1]) // (8 if "--quick" in sys.argv else 1)
time.sleep(rounds / 1000)
if os.environ.get("FRAGILE"):
    sys.exit(3)
open("answer.txt", "w").write("other" if os.environ.get("SLOPPY") else "42")
"""
PROJECT = """\
[project]
name = "sums"
[pipeline]
command = "{program} work.py {{rounds}}"
parameters = {{ rounds = 200 }}
answers = {{ files = ["answer.txt"] }}
caches = {{ paths = [".cache"] }}
[[win]]
name = "quick"
on = {{ args = ["--quick"] }}
[[win]]
name = "sloppy"
on = {{ env = {{ SLOPPY = "1" }} }}
[[win]]
name = "fragile"
on = {{ env = {{ FRAGILE = "1" }} }}
"""


#: The bundle that ``quickwin bundle`` wrote for a project, by the project's file: the same for the same file.
_MADE: dict[str, str] = {}


def bundled(folder: Path, program: str = sys.executable) -> Path:
    """A project in the current folder with its bundle beside it; gives the bundle."""
    project, bundle = PROJECT.format(program=program), folder / "quickwin_bundle.py"
    (folder / "work.py").write_text(SCRIPT)
    (folder / "quickwin.toml").write_text(project)
    if project in _MADE:
        bundle.write_text(_MADE[project])
    else:
        result = quickwin("bundle")
        assert result.exit_code == 0, result.output
        _MADE[project] = bundle.read_text()
    return bundle


def there(*words: str, folder: Path, program: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """The bundle's command in a process that knows nothing of Quickwin: no path of it, no package beside Python's."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("QUICKWIN", "PYTHON", "DATABASE"))}
    return subprocess.run(
        [program, "-S", "quickwin_bundle.py", *words], cwd=folder, env=env, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip


def lines_of(journal: Path) -> list[dict[str, Any]]:
    """The whole lines of a journal."""
    found = []
    for line in journal.read_text().splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found
