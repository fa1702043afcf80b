"""Candidate programs for a task, drawn by a seeded generator.

For each task: a hundred that all tasks share (compact programs of other tasks, half of them mutated), the task's own
program, and mutants of it. A mutation replaces one constant by another of its kind, or one function by another of the
same arity. The same seed gives the same candidates, whatever the order or the number of the tasks that ask.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from optim.arc.dsl import Dsl
from optim.arc.programs import Program, Statement, inlined_size, program_source

#: The shared candidates are drawn from programs of at most so many names when inlined.
COMPACT_SIZE = 60
#: How often a mutant that was there already is drawn again before it is taken as it is.
DRAWS = 20


@dataclass(frozen=True, slots=True)
class CandidateMix:
    """How many candidates a task gets: ``shared`` by all tasks, and ``own``: its own program and mutants of it."""

    shared: int
    own: int

    @classmethod
    def of(cls, total: int) -> CandidateMix:
        """The design's proportion, 100 of 132 shared, for any total of at least 1."""
        own = max(1, round(total * 32 / 132))
        return cls(total - own, own)


class Generator:
    """Draws candidates. ``task_ids`` are the workload's tasks: shared candidates come from others if there are any."""

    def __init__(
        self, library: Mapping[str, Program], dsl: Dsl, mix: CandidateMix, seed: int, task_ids: list[str]
    ) -> None:
        self._library, self._mix, self._seed = library, mix, seed
        self._kinds = _kinds(dsl)
        #: The sources that every task gets, first among its candidates.
        self.shared = self._draw_shared(frozenset(task_ids))

    def candidates(self, task_id: str) -> list[str]:
        """The sources of a task's candidates: shared ones first, then its own program, then the mutants of it.

        A task without a program in the library gets mutants of a shared one instead.
        """
        chance = random.Random(f"{self._seed}:{task_id}")
        own = self._library.get(task_id) or self._compact(frozenset())[chance.randrange(len(self._library)) % 7]
        return self.shared + _distinct([own.source], own, self._mix.own, self._kinds, chance)

    def _draw_shared(self, excluded: frozenset[str]) -> list[str]:
        chance = random.Random(f"{self._seed}:shared")
        pool = self._compact(excluded) or self._compact(frozenset())
        sources: list[str] = []
        for number in range(self._mix.shared):
            program = pool[chance.randrange(len(pool))]
            if number % 2 == 0 and program.source not in sources:
                sources.append(program.source)
            else:
                sources = _distinct(sources, program, len(sources) + 1, self._kinds, chance)
        return sources

    def _compact(self, excluded: frozenset[str]) -> list[Program]:
        programs = [notes for task_id, notes in sorted(self._library.items()) if task_id not in excluded]
        compact = [program for program in programs if program.statements and inlined_size(program) <= COMPACT_SIZE]
        return compact or [program for program in programs if program.statements]


Kinds = Mapping[str, list[str]]


def _kinds(dsl: Dsl) -> Kinds:
    """For each name the names that may stand in its place: functions of its arity, or constants of its type."""
    groups: dict[object, list[str]] = {}
    for name, value in sorted(dsl.constants.items()):
        groups.setdefault(type(value), []).append(name)
    for name, arity in sorted(dsl.arity.items()):
        groups.setdefault(arity, []).append(name)
    return {name: group for group in groups.values() for name in group if len(group) > 1}


def _distinct(sources: list[str], program: Program, wanted: int, kinds: Kinds, chance: random.Random) -> list[str]:
    """``sources`` with mutants of ``program`` added up to ``wanted``, distinct as long as some can be found."""
    seen, result = set(sources), list(sources)
    lines = [statement.source for statement in program.statements]
    places = [(at, slot) for at, written in enumerate(program.statements) for slot, _ in _slots(written, kinds)]
    while len(result) < wanted:
        for _ in range(DRAWS):
            mutant = _mutant(program, lines, places, kinds, chance)
            if mutant not in seen:
                break
        seen.add(mutant)
        result.append(mutant)
    return result[:wanted]


def _slots(statement: Statement, kinds: Kinds) -> list[tuple[int, str]]:
    names = (statement.function, *statement.arguments)
    return [(slot, name) for slot, name in enumerate(names) if name in kinds]


def _mutant(
    program: Program, lines: list[str], places: list[tuple[int, int]], kinds: Kinds, chance: random.Random
) -> str:
    if not places:
        return program.source
    at, slot = places[int(chance.random() * len(places))]
    statement = program.statements[at]
    names = [statement.function, *statement.arguments]
    group = kinds[names[slot]]
    names[slot] = group[int(chance.random() * len(group))]
    changed = Statement(statement.target, names[0], tuple(names[1:]))
    return program_source([*lines[:at], changed.source, *lines[at + 1 :]], program.result)
