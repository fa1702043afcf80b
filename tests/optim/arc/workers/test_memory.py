"""What a worker holds stays within the memory that it may take, and changes no answer."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from optim.arc.builtin import MIB, settings_of
from optim.arc.runner import Listener, Run
from optim.arc.settings import Settings
from optim.arc.workers.memory import ALLOCATOR
from optim.arc.workload import prepare
from profiles.records import RunRecord
from tests.optim.own_data import write_dsl, write_solvers, write_tasks
from tests.worked_example import FOURTH, WIN_NAMES

_ROOT = Path(__file__).resolve().parents[4]
#: Each value takes about 19 MB, and six programs make one of their own for each of three samples.
_BIG = """
def big(grid, number):
    return tuple((number, place, place + 1) for place in range(150_000))

def beside(value, grid):
    return mirror(grid)
"""
_MEMORY, _PROGRAMS = 256, 6
_RUN = """
import json, resource, sys
from dataclasses import replace
from optim.arc.runner import Listener, Run
from optim.arc.settings import Settings
from optim.arc.workers.memory import ALLOCATOR
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
        "cache_memory": 50,
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
    (note,) = [note for note in notes if "MiB" in note]
    assert solved and note == "calls wanted more than the 256 MiB that each may take, and score nothing: t0 candidate 0"


#: Functions that take so many MiB: one gives them, one needs them for the moment, one gives rows.
_TAKE = """
def large(grid, mib):
    return tuple(bytes(2**20) for _ in range(mib)) + (grid,)

def for_a_moment(grid, mib):
    held = [bytes(1000) for _ in range(1024 * mib)]
    return grid[::-1]

def rows(grid, mib):
    return tuple((number,) * 5000 for number in range(26 * mib))

def first_of(value, grid):
    return mirror(grid)

def both(value, other, grid):
    return mirror(grid)
"""
#: MiB that fit into the 128 of a call, and such as do not.
_FIT, _BURST = (1, 10, 45, 90), (165, 450)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process's address space")
def test_what_a_call_comes_to_does_not_depend_on_the_calls_before(tmp_path: Path) -> None:
    """Programs take drawn amounts in a drawn order; all kinds of configs, and workers of other pasts, say the same."""
    chance = random.Random(1)
    takes = ["large", "for_a_moment", "rows"]
    amounts = [chance.choice(_BURST if chance.random() < 0.4 else _FIT) for _ in range(3)]
    bodies = {
        f"u{number}": f"x1 = {chance.choice(takes)}(I, {amount})\n    x2 = first_of(x1, I)\n    return x2"
        for number, amount in enumerate(amounts)
    }
    for number in range(2):
        halves = chance.choice([(30, 35), (10, 80), (20, 150), (85, 85)])
        parts = [f"x{part} = {chance.choice(takes[:2])}(I, {mib})" for part, mib in enumerate(halves)]
        bodies[f"t{number}"] = "\n    ".join([*parts, "x2 = both(x0, x1, I)", "return x2"])
    found = {}
    for wins, workers in (((), 1), ((FOURTH,), 2), (WIN_NAMES, 1)):
        settings = Settings(
            wins=frozenset(wins),
            workers=workers,
            dsl=write_dsl(tmp_path, _TAKE),
            solvers=write_solvers(tmp_path, bodies),
            tasks_dir=write_tasks(tmp_path, 2),
            tasks=2,
            candidates=5,
            memory_bytes=256 * MIB,
            caches_dir=str(tmp_path / f"caches{len(wins)}{workers}"),
            output_dir=str(tmp_path / "out"),
        )
        fingerprint, _, peak, notes = run(json.loads(settings.to_json()))
        assert peak < 300 * 10**6 and not [note for note in notes if "may score otherwise" in note]
        found[len(wins), workers] = fingerprint
    assert len(set(found.values())) == 1, found


_MEASURE = """
from optim.arc.workers.memory import Memory, mapped_bytes
MIB = 2 ** 20
def fits(mib):
    try:
        return len([bytes(MIB) for _ in range(mib)]) == mib
    except MemoryError:
        return False
memory = Memory(512 * MIB)
memory.renew()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process's address space")
def test_a_call_finds_the_same_whatever_is_held_until_the_worker_is_full() -> None:
    code = """
found = []
for mib in (0, 100, 0, 200, 20):
    held = [bytes(MIB) for _ in range(mib)]
    memory.renew()
    found.append((fits(245), fits(260), memory.short))
    del held
held = []
for _ in range(2):
    held += [bytes(MIB) for _ in range(150)]
    memory.renew()
print(set(found), fits(245), memory.short)
"""
    assert python(code) == "{(True, False, False)} False True"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process's address space")
def test_what_a_call_took_goes_back_even_where_the_last_of_it_stays() -> None:
    code = """
before, rows = mapped_bytes(), []
try:
    while True:
        rows.append((0,) * 5000)
except MemoryError:
    last = rows.pop()
rows = None
print(mapped_bytes() - before < 16 * MIB)
"""
    assert python(code) == "True"
    assert python(code, allocator={}) == "False"  # else this would hold nothing


def python(code: str, allocator: dict[str, str] = ALLOCATOR) -> str:
    """What a process with a worker's allocator prints."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    command = [sys.executable, "-c", _MEASURE + code]
    done = subprocess.run(command, cwd=_ROOT, env={**own, **allocator}, capture_output=True, text=True, check=True)
    return done.stdout.strip()


#: Two samples keep 140 MiB each, as a cache of a user's DSL does: too much for those to come.
_KEEP = """
kept = []

def keep(grid):
    if len(kept) < 2:
        kept.append(bytes(140 * 2**20))
    return mirror(grid)

def need(grid):
    held = bytes(240 * 2**20)
    return mirror(grid)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process's address space")
@pytest.mark.parametrize("wins", [frozenset[str](), frozenset(WIN_NAMES)], ids=len)
def test_a_worker_in_which_a_call_would_find_too_little_is_replaced_before_the_next_task(
    wins: frozenset[str], tmp_path: Path
) -> None:
    record = run_here(tmp_path, _KEEP, {"t0": "keep", "t1": "need"}, wins)
    assert [(task.solved, task.status, task.errors) for task in record.tasks] == [(True, "finished", 0)] * 2
    assert "killed" not in record.counts and not [note for note in record.notes if "MiB" in note]


@pytest.mark.parametrize("wins", [frozenset[str](), frozenset(WIN_NAMES)], ids=len)
def test_a_worker_that_runs_out_between_calls_is_replaced_and_its_task_begins_again(
    wins: frozenset[str], tmp_path: Path
) -> None:
    """The program sees to it that the worker, when it has scored and filters, finds no memory; but only once."""
    mark = tmp_path / "mark"
    more = f"""
import os
import sys

def no_memory(frame, event, argument):
    if frame.f_code.co_name == "_filter":
        raise MemoryError

def once(grid):
    if not os.path.exists({str(mark)!r}):
        open({str(mark)!r}, "w").close()
        sys.setprofile(no_memory)
    return mirror(grid)
"""
    record = run_here(tmp_path, more, {"t0": "once", "t1": "mirror"}, wins)
    assert mark.exists()
    assert [(task.solved, task.status, task.errors) for task in record.tasks] == [(True, "finished", 0)] * 2
    assert "killed" not in record.counts and "peak_bytes" not in record.counts  # one of its workers died


def run_here(folder: Path, dsl: str, programs: dict[str, str], wins: frozenset[str]) -> RunRecord:
    """A run with each task's own program alone, which calls one function; its worker is started from here."""
    bodies = {task: f"x1 = {function}(I)\n    return x1" for task, function in programs.items()}
    settings = Settings(
        wins=wins,
        dsl=write_dsl(folder, dsl),
        solvers=write_solvers(folder, bodies),
        tasks_dir=write_tasks(folder, len(programs)),
        tasks=len(programs),
        candidates=1,
        caches_dir=str(folder / "caches"),
        output_dir=str(folder / "out"),
    )
    return Run(settings, prepare(settings), "memory", Listener(), None).execute().record


def run(settings: dict[str, Any]) -> list[Any]:
    """A run in a process of its own: its fingerprint, whether its first task was solved, peak memory, and notes."""
    command = [sys.executable, "-c", _RUN, json.dumps(settings)]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=_ROOT, env=environment)
    told: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return told
