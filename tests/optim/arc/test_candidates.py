"""The seeded generator."""

from __future__ import annotations

from functools import cache

import pytest

from optim.arc.candidates import CandidateMix, Generator
from optim.arc.dsl import default_files, load_dsl
from optim.arc.programs import read_library
from optim.arc.tasks import default_tasks, smallest

FILES = default_files()
DSL = load_dsl(FILES)
LIBRARY, _ = read_library(FILES.solvers.read_text())


@cache
def ids() -> list[str]:
    """The main workload's tasks."""
    return smallest({task.task_id: task.cells for task in default_tasks()}, 100)


def test_the_main_workload_has_13_200_candidates_and_hardly_two_alike() -> None:
    generator = Generator(LIBRARY, DSL, CandidateMix.of(132), 0, ids())
    found = [generator.candidates(task_id) for task_id in ids()]
    assert sum(map(len, found)) == 13_200
    assert sum(len(set(one)) for one in found) > 13_190


def test_all_tasks_share_the_first_hundred_and_then_comes_the_tasks_own_program() -> None:
    generator = Generator(LIBRARY, DSL, CandidateMix.of(132), 0, ids())
    one, two = (generator.candidates(task_id) for task_id in ids()[:2])
    assert one[:100] == two[:100]
    assert one[100] == LIBRARY[ids()[0]].source and two[100] == LIBRARY[ids()[1]].source


def test_no_shared_program_is_one_of_the_workloads_own() -> None:
    shared = Generator(LIBRARY, DSL, CandidateMix.of(132), 0, ids()).candidates(ids()[0])[:100]
    assert not {LIBRARY[task_id].source for task_id in ids()} & set(shared[::2])


def test_another_seed_gives_other_candidates() -> None:
    one, two = (Generator(LIBRARY, DSL, CandidateMix.of(132), seed, ids()).candidates(ids()[0]) for seed in (0, 1))
    assert one != two


def test_a_mutant_differs_from_its_parent_in_one_name() -> None:
    generator = Generator(LIBRARY, DSL, CandidateMix(0, 20), 3, ids())
    parent, *mutants = generator.candidates("025d127b")
    for mutant in mutants:
        pairs = [(a, b) for a, b in zip(parent.split("\n"), mutant.split("\n"), strict=True) if a != b]
        assert len(pairs) == 1


def test_a_task_without_a_program_gets_mutants_of_another() -> None:
    assert len(Generator(LIBRARY, DSL, CandidateMix.of(12), 0, ["new"]).candidates("new")) == 12


@pytest.mark.parametrize("total", [1, 2, 5, 132, 1000])
def test_any_number_of_candidates_is_divided_without_rest(total: int) -> None:
    mix = CandidateMix.of(total)
    assert mix.own >= 1 and mix.shared + mix.own == total
