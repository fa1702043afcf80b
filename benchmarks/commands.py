"""What a command costs before and after its work: CPU seconds of those that only read, and what ``run`` adds to a run.

    python -m benchmarks.commands [--repeats 9]

Each is a fresh process on a small database in a temporary folder. What ``run`` adds is its wall-clock from start to
exit less the run's own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

_ROOT = Path(__file__).resolve().parents[1]
_READ = (("--help",), ("runs",), ("show", "1"), ("compare", "1", "2"))
_RUN = ("run", "--wins", "all", "--cold", "--quiet", "--json")


def place(folder: Path) -> dict[str, str]:
    """The environment of commands whose database and working folder lie in ``folder``."""
    own = {"DATABASE_URL": f"sqlite:///{folder}/quickwin.db", "QUICKWIN_HOME": str(folder / "home")}
    # Byte code is written, as it is where a person runs the commands.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **own, "PYTHONPATH": str(_ROOT)}


def execute(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[float, float, str]:
    """Wall-clock and CPU seconds of one command in a process of its own, and what it printed.

    Raises:
        SystemExit: it failed.
    """
    before, start = os.times(), time.perf_counter()
    command = [sys.executable, "-m", "optim", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    seconds, after = time.perf_counter() - start, os.times()
    if done.returncode:
        raise SystemExit(f"quickwin {' '.join(arguments)} failed: {done.stderr}")
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, used, done.stdout


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=9)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = place(folder)
        for _ in range(2):
            execute((*_RUN, "--tasks", "5"), folder, environment)
        print(f"CPU seconds of a command, of {repeats}")
        for arguments in _READ:
            used = sorted(execute(arguments, folder, environment)[1] for _ in range(repeats))
            print(f"  {' '.join(arguments):<14} least {used[0]:.2f}  median {median(used):.2f}")
        added = []
        for _ in range(repeats):
            seconds, _, printed = execute(_RUN, folder, environment)
            added.append(seconds - json.loads(printed)["wall_seconds"])
        print(
            f"what run adds to a run of 100 tasks with all wins: least {min(added):.2f} s  median {median(added):.2f} s"
        )


if __name__ == "__main__":
    main()
