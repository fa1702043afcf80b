"""Data of one's own, as a user would bring it: tasks, a DSL, solvers, constants beside them."""

from __future__ import annotations

import json
from pathlib import Path

BASE = """
def identity(x):
    return x


def mirror(grid):
    return tuple(row[::-1] for row in grid)


def flip(grid):
    return grid[::-1]
"""


def write_tasks(folder: Path, count: int) -> str:
    """Tasks t0, t1, ...: the output is the input, mirrored."""
    target = folder / "tasks"
    target.mkdir(exist_ok=True)
    for number in range(count):
        pairs = [
            {"input": [[1, 2, number], [3, 4, 5 + size]], "output": [[number, 2, 1], [5 + size, 4, 3]]}
            for size in range(3)
        ]
        (target / f"t{number}.json").write_text(json.dumps({"train": pairs[:2], "test": pairs[2:]}))
    return str(target)


def write_dsl(folder: Path, more: str = "") -> str:
    """A DSL module with identity, mirror and flip, and what ``more`` defines."""
    path = folder / "dsl.py"
    path.write_text(BASE + more)
    return str(path)


def write_solvers(folder: Path, bodies: dict[str, str]) -> str:
    """A module of ``solve_<task id>`` programs; a body is its statements, the first without indentation."""
    path = folder / "solvers.py"
    heads = [f"def solve_{task_id}(I):\n    {body}\n" for task_id, body in bodies.items()]
    path.write_text("from dsl import *\n\n\n" + "\n\n".join(heads))
    return str(path)
