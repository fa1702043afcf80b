"""Saving accepted solvers: one file each, named by the hash of its body, and an index per task with scores.

solvers/ab12....py      a module with solve(I); importing it loads the DSL through _dsl.py beside it
index/<task id>.json    what was accepted for a task, best first
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from optim.arc.dsl import Dsl
from profiles.system import naming

_DSL_MODULE = '''"""The DSL that the solvers in this folder are written in, loaded from its own files."""

import importlib.util
import sys

FILES = {files!r}

for number, file in enumerate(FILES):
    sys.path.insert(0, file.rpartition("/")[0])
    spec = importlib.util.spec_from_file_location(f"quickwin_solver_dsl_{{number}}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path.pop(0)
    globals().update({{name: value for name, value in vars(module).items() if not name.startswith("_")}})
'''

_SOLVER = "from _dsl import *\n\n\ndef solve(I):\n    return {body}\n"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A solver that was accepted: its inlined body and its score, up to 1000 a sample."""

    body: str
    score: int

    @property
    def name(self) -> str:
        """The hash that its file is named by."""
        return body_key(self.body)


def body_key(body: str) -> str:
    """The hash of a body: 32 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(body.encode()).hexdigest()[:32]


class SolverFolder:
    """Where accepted solvers are saved. What is there already stays as it is: files are named by their content."""

    def __init__(self, folder: Path, dsl: Dsl) -> None:
        self._solvers, self._index = folder / "solvers", folder / "index"
        self._solvers.mkdir(parents=True, exist_ok=True)
        self._index.mkdir(exist_ok=True)
        _write(f"{self._solvers}/_dsl.py", _DSL_MODULE.format(files=[str(path) for path in dsl.modules]))
        # A run that was killed between creating a file and its one write may have left an empty one.
        self._known = {entry.name for entry in os.scandir(self._solvers) if entry.stat().st_size}

    def save(self, task_id: str, accepted: Sequence[Accepted], full_score: int) -> int:
        """Writes the solvers that are not there yet and the task's index; returns how many were new."""
        names = [f"{program.name}.py" for program in accepted]
        new = {name: program for name, program in zip(names, accepted, strict=True) if name not in self._known}
        for name, program in new.items():
            _write(f"{self._solvers}/{name}", _SOLVER.format(body=program.body))
        self._known.update(new)
        rows = [{"solver": name, "score": program.score} for name, program in zip(names, accepted, strict=True)]
        index = json.dumps({"task": task_id, "full_score": full_score, "accepted": rows})
        _write_changed(f"{self._index}/{task_id}.json", index)
        return len(new)


def _write_changed(path: str, text: str) -> None:
    """Writes a file unless it holds just that: rewriting one makes the file system wait for the disk."""
    with contextlib.suppress(OSError, UnicodeDecodeError), open(path) as file:
        if file.read() == text:
            return
    _write(path, text)


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        with naming(path):
            _write_all(descriptor, text)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, text: str) -> None:
    data = memoryview(text.encode())
    while data:  # a disk that fills up takes a part first, and says so only at the next write
        data = data[os.write(descriptor, data) :]
