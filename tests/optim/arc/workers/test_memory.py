"""What a worker holds stays within the memory that it may take, and changes no answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from optim.arc.builtin import MIB, settings_of
from optim.arc.settings import Settings
from tests.optim.own_data import write_dsl, write_solvers, write_tasks
from tests.worked_example import WIN_NAMES

_ROOT = Path(__file__).resolve().parents[4]
#: Each value takes about 25 MB, and six programs make one of their own for each of three samples.
_BIG = """
def big(grid, number):
    return tuple((number, place, place + 1) for place in range(200_000))

def beside(value, grid):
    return mirror(grid)
"""
_MEMORY, _PROGRAMS = 320, 6
_RUN = """
import json, resource, sys
from dataclasses import replace
from optim.arc.runner import Listener, Run
from optim.arc.settings import Settings
from optim.arc.workload import prepare
settings = Settings.from_json(sys.argv[1])
record = Run(settings, prepare(settings), "memory", Listener(), None).execute().record
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
print(json.dumps([record.results_fingerprint, record.tasks[0].solved, peak, list(record.notes)]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process's address space")
def test_programs_that_make_large_values_stay_within_the_workers_memory_with_the_same_answers(tmp_path: Path) -> None:
    body = "x1 = big(I, {})\n    x2 = beside(x1, I)\n    return x2"
    solvers = {f"{'t' if number == 0 else 'u'}{number}": body.format(number) for number in range(_PROGRAMS)}
    own = {
        "dsl": write_dsl(tmp_path, _BIG),
        "solvers": write_solvers(tmp_path, solvers),
        "tasks_dir": write_tasks(tmp_path, 1),
        "tasks": 1,
        "candidates": 2 * _PROGRAMS,
        "memory": _MEMORY,
        "cache_memory": 64,
    }
    answers = set()
    for wins in (frozenset[str](), frozenset(WIN_NAMES)):
        settings = settings_of(own, wins)
        placed = json.loads(settings.to_json()) | {
            "caches_dir": str(tmp_path / "caches"),
            "output_dir": str(tmp_path / "out"),
        }
        fingerprint, solved, peak, _ = run(placed)
        assert solved and 50 * MIB < peak <= _MEMORY * MIB
        answers.add(fingerprint)
    assert len(answers) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process's address space")
@pytest.mark.parametrize("wins", [frozenset[str](), frozenset(WIN_NAMES)], ids=len)
def test_a_run_names_the_candidates_that_ran_out_of_memory(wins: frozenset[str], tmp_path: Path) -> None:
    hungry = "\ndef all_of_it(grid):\n    return bytearray(10**10)\n"
    settings = Settings(
        wins=wins,
        dsl=write_dsl(tmp_path, hungry),
        solvers=write_solvers(
            tmp_path, {"t0": "x1 = mirror(I)\n    return x1", "u0": "x1 = all_of_it(I)\n    return x1"}
        ),
        tasks_dir=write_tasks(tmp_path, 1),
        tasks=1,
        candidates=4,
        caches_dir=str(tmp_path / "caches"),
        output_dir=str(tmp_path / "out"),
    )
    _, solved, _, notes = run(json.loads(settings.to_json()))
    (note,) = [one for one in notes if "ran out of" in one]
    assert solved and note.endswith("and may score otherwise in another run: t0 candidate 0")
    assert "512 MiB" in note


def run(settings: dict[str, Any]) -> list[Any]:
    """A run in a process of its own: its fingerprint, whether its first task was solved, peak memory, and notes."""
    command = [sys.executable, "-c", _RUN, json.dumps(settings)]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=_ROOT, env=environment)
    told: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return told
