"""Accepted solvers on disk."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from optim.arc.score import score_output
from optim.arc.workload import prepare
from tests.optim.bench import answers, small
from tests.optim.own_data import write_dsl, write_solvers, write_tasks

CHECK = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
tasks = json.loads(sys.stdin.read())
for name, samples in tasks:
    solve = importlib.import_module(name).solve
    outputs = []
    for given in samples:
        try:
            outputs.append(solve(tuple(map(tuple, given))))
        except Exception:
            outputs.append(None)
    print(json.dumps(outputs, default=list))
"""


def rescored(folder: Path, settings: object) -> list[tuple[int, int]]:
    """Imports each saved solver in a process of its own kind and scores it again: pairs of saved and new score."""
    tasks = {task.task_id: task for task in prepare(settings).tasks}  # type: ignore[arg-type]
    indexes = [json.loads(path.read_text()) for path in sorted((folder / "out/index").glob("*.json"))]
    wanted = [(one["task"], row["solver"][:-3], row["score"]) for one in indexes for row in one["accepted"]]
    order = [(name, [given for given, _ in tasks[task_id].samples]) for task_id, name, _ in wanted]
    command = [sys.executable, "-c", CHECK, str(folder / "out/solvers")]
    done = subprocess.run(command, input=json.dumps(order), capture_output=True, text=True, check=True)
    pairs = []
    for (task_id, _, saved), line in zip(wanted, done.stdout.splitlines(), strict=True):
        outputs = [tuple(map(tuple, one)) if isinstance(one, list) else one for one in json.loads(line)]
        scores = [
            score_output(out, expected) for out, (_, expected) in zip(outputs, tasks[task_id].samples, strict=True)
        ]
        pairs.append((saved, sum(scores)))
    return pairs


def test_each_accepted_solver_can_be_imported_and_gives_its_score_again(tmp_path: Path) -> None:
    settings = small(tmp_path, candidates=132)
    answers(settings)
    pairs = rescored(tmp_path, settings)
    assert len(pairs) > 10
    assert all(saved == again for saved, again in pairs)


def test_solvers_over_an_own_dsl_with_constants_beside_it_can_be_imported(tmp_path: Path) -> None:
    (tmp_path / "constants.py").write_text("ZERO = 0\n")
    solvers = Path(
        write_solvers(tmp_path, {"t0": "x1 = mirror(I)\n    return x1", "t1": "x1 = flip(I)\n    return x1"})
    )
    solvers.write_text("from constants import *\n" + solvers.read_text())
    own = {"dsl": write_dsl(tmp_path), "solvers": str(solvers), "tasks_dir": write_tasks(tmp_path, 2), "tasks": 2}
    settings = small(tmp_path, candidates=8, **own)
    answers(settings)
    pairs = rescored(tmp_path, settings)
    assert (3000, 3000) in pairs


def test_a_second_run_leaves_what_is_there_and_repairs_an_empty_file(tmp_path: Path) -> None:
    settings = small(tmp_path)
    answers(settings)
    files = sorted([*(tmp_path / "out/solvers").glob("*.py"), *(tmp_path / "out/index").glob("*.json")])
    before = {path: path.stat().st_mtime_ns for path in files if path.name != "_dsl.py"}
    torn = next(path for path in before if path.suffix == ".py")
    torn.write_text("")
    answers(settings)
    assert torn.stat().st_size > 0
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in before.items() if path != torn)
