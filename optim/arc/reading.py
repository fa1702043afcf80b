"""Which files below its folder loading a DSL really reads: tried in a process of its own, as a DSL may do anything."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from optim.arc.dsl import DslFiles, DslProblem, load_dsl
from profiles.lifeline import lifeline
from profiles.program import tied_command

#: A DSL that takes longer to load is left alone: its worker will say so.
_PATIENCE_SECONDS = 120.0


def files_read(files: DslFiles) -> tuple[Path, ...]:
    """The files that loading reads; none when it fails, which the run's worker tells in full."""
    if files.is_default:
        return ()
    return _try(files, files.dsl.stat().st_mtime_ns, files.solvers.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _try(files: DslFiles, *changed: int) -> tuple[Path, ...]:
    command = tied_command("optim.arc.reading", str(files.dsl), str(files.solvers))
    try:
        with lifeline() as line:
            done = subprocess.run(
                command, stdin=line, capture_output=True, timeout=_PATIENCE_SECONDS, start_new_session=True
            )
        names = json.loads(done.stdout.splitlines()[-1])["read"]
        return tuple(path for path in map(Path, names) if path.is_file())
    except (OSError, ValueError, IndexError, KeyError, TypeError, subprocess.TimeoutExpired):
        return ()


def main(arguments: list[str]) -> None:
    """``DSL SOLVERS``: loads them and prints what was read, as the last line."""
    try:
        read = load_dsl(DslFiles(*map(Path, arguments))).read
    except DslProblem:
        read = ()
    print("\n" + json.dumps({"read": [str(path) for path in read]}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
