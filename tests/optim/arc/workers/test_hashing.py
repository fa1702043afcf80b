"""Sets that hold functions have the same order in every process of a worker, whatever it did before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from optim.arc.runner import Listener, Run
from optim.arc.settings import Settings
from optim.arc.workload import prepare
from tests.optim.own_data import write_dsl, write_solvers, write_tasks
from tests.worked_example import WIN_NAMES

_ROOT = Path(__file__).resolve().parents[4]
#: Prints the orders of sets of the DSL's functions alone, beside other values, and within tuples and frozensets; and of
#: closures that are made in the process. Before it loads the DSL it leaves holes of a drawn kind in its memory.
_ORDERS = """
import random, sys
past, settled = random.Random(int(sys.argv[1])), sys.argv[2] == "settled"
held = [past.choice([lambda: past, dict, bytearray(past.randrange(400)).copy])() for _ in range(past.randrange(4000))]
made = [(lambda number: lambda: number)(number) for number in range(past.randrange(2000))]
past.shuffle(made)
del made[len(made) // 2:]
from optim.arc.workers.hashing import hash_functions_by_line
if settled:
    assert hash_functions_by_line()
from optim.arc.dsl import default_files, load_dsl
dsl = load_dsl(default_files()).functions
past.shuffle(made)
del made[len(made) // 3:]
names = {id(function): name for name, function in dsl.items()}
chance, closures = random.Random(7), []
for number in range(40):
    maker = dsl[chance.choice(["compose", "lbind", "matcher"])]
    closures.append(maker(*chance.sample(list(dsl.values()), 2)))
    made.append(dict.fromkeys(range(past.randrange(9))))
names.update((id(closure), f"closure {number}") for number, closure in enumerate(closures))
pool = [*dsl.values(), *closures]
def told(value):
    if isinstance(value, (set, frozenset, tuple)):
        return [told(part) for part in value]
    return names.get(id(value), value)
def value(size):
    kind = chance.randrange(6)
    if kind < 3:
        return chance.choice(pool)
    if kind == 3:
        return frozenset((chance.randrange(30), chance.randrange(30)) for _ in range(size))
    return (tuple, frozenset)[kind - 4]([chance.choice(pool), chance.randrange(9)])
orders = [told({value(size) for _ in range(size)}) for size in range(2, 30) for _ in range(12)]
print(orders)
"""


def orders(past: int, settled: bool) -> str:
    """What a process with that past prints."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(_ROOT)}
    command = [sys.executable, "-c", _ORDERS, str(past), "settled" if settled else "as they come"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_sets_of_functions_and_closures_come_out_in_one_order_in_twenty_processes_of_different_pasts() -> None:
    assert len({orders(past, settled=True) for past in range(20)}) == 1
    assert len({orders(past, settled=False) for past in range(3)}) == 3  # else this would hold nothing


def test_functions_are_equal_to_themselves_only_and_found_where_they_were_however_they_hash() -> None:
    code = """
from typing import Optional
from optim.arc.workers.hashing import hash_functions_by_line
make = lambda number: lambda: number
before = [make(number) for number in range(300)]
numbers, functions = {function: function() for function in before}, set(before)
assert hash_functions_by_line() and hash_functions_by_line()
assert all(numbers[function] == function() and function in functions for function in before)
assert list(numbers) == before and len(functions) == 300 and Optional[int] == Optional[int]
made = [make(number) for number in range(300)]
assert len({hash(function) for function in made}) == 1 and len(set(made)) == 300
where = dict(zip(made, range(300)))
assert all(where[function] == function() for function in made) and (lambda: 0) not in where
assert print in {print} and int in {int} and hash("a") == "a".__hash__()
"""
    subprocess.run([sys.executable, "-c", code], cwd=_ROOT, check=True)


def test_a_type_that_is_laid_out_another_way_is_left_alone() -> None:
    code = """
from optim.arc.workers import hashing
hashing._TP_HASH = 66  # that of the representation: functions have one of their own
before = {function: hash(function) for function in (hashing._line, lambda: 0)}
assert not hashing.hash_functions_by_line() and "__hash__" not in vars(type(hashing._line))
assert all(hash(function) == number != 0 for function, number in before.items())
"""
    subprocess.run([sys.executable, "-c", code], cwd=_ROOT, check=True)


#: Solves the task where functions, and closures as they are made, hash by their lines.
_BY_LINE = """
def near(grid):
    return lambda: grid

def by_line(function, grid):
    lines = {made: made.__code__.co_firstlineno for made in (function, function(grid), function(1))}
    return mirror(grid) if all(hash(made) == line for made, line in lines.items()) else grid
"""


@pytest.mark.parametrize("wins", [frozenset[str](), frozenset(WIN_NAMES)], ids=len)
def test_a_workers_programs_find_them_so(wins: frozenset[str], tmp_path: Path) -> None:
    settings = Settings(
        wins=wins,
        dsl=write_dsl(tmp_path, _BY_LINE),
        solvers=write_solvers(tmp_path, {"t0": "x1 = by_line(near, I)\n    return x1"}),
        tasks_dir=write_tasks(tmp_path, 1),
        tasks=1,
        candidates=1,
        caches_dir=str(tmp_path / "caches"),
        output_dir=str(tmp_path / "out"),
    )
    record = Run(settings, prepare(settings), "hashes", Listener(), None).execute().record
    assert [(task.solved, task.errors) for task in record.tasks] == [(True, 0)]
