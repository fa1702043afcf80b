"""What a run's time is made of: the one account of it, for database, app, exports and documents. Pure functions.

The whole is wall-clock x workers: the wall-clock of a serial run. It is made of the phases' self seconds, of ``idle``
(a worker has no task) and of what is ``unaccounted`` (in a task or run, under no phase); together they are the whole.
Where no wall-clock is known, or the phases are seconds of threads inside a single worker, the whole is what the phases
hold. Phases of other bases (the last task only, counts) are no part of a whole and are left out.

An outermost phase that is called "unaccounted" or "idle" is counted with what that name is kept for. A phase without
a category ("unknown") is framework where some phase of the run is work.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from profiles.records import CATEGORIES, WORK_CATEGORIES, PhaseTiming, RunRecord, TaskRecord, sum_of_tasks

#: Phases below this share of their run's whole are told together, under this name.
SMALL_SHARE = 0.01
OTHER = "other"

UNACCOUNTED, IDLE, FRAMEWORK, UNKNOWN = "unaccounted", "idle", "framework", "unknown"
WALL_CLOCK, WORKER_SECONDS, PHASE_SECONDS = "wall-clock", "worker-seconds", "phase seconds"
#: Every category that a part can have, in the order in which a run is drawn.
PART_CATEGORIES = (*CATEGORIES, UNACCOUNTED)
#: Outermost phases of these names are what the names are kept for.
_RESERVED: dict[tuple[str, ...], str] = {(UNACCOUNTED,): UNACCOUNTED, (IDLE,): IDLE}
_LAST: dict[tuple[str, ...], int] = {(IDLE,): 1, (UNACCOUNTED,): 2}
#: Less than this below nothing is rounding, in seconds; so is a ten-thousandth of the wall-clock.
ROUNDING = 1e-6

Path = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of a run: a phase in one of its categories, idle time, or what is unaccounted."""

    path: Path
    category: str
    self_seconds: float
    total_seconds: float
    calls: int = 1

    @property
    def name(self) -> str:
        return self.path[-1]


@dataclass(frozen=True, kw_only=True, slots=True)
class PhaseNode:
    """A phase with those directly below it, largest first. ``share`` is its total seconds / the whole, 0-1."""

    timing: Part
    share: float | None
    children: tuple[PhaseNode, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Breakdown:
    """What a run is made of: ``parts`` in the order of the record, then idle, then unaccounted.

    ``unit`` says what the seconds are: wall-clock, worker-seconds, or phase seconds where no whole is known.
    ``whole_seconds`` is what the parts' self seconds add up to. ``rest_seconds`` is what no phase covers, idle time and
    unaccounted together: below 0 where the phases claim more than the run lasted, None where no whole is known.
    """

    unit: str
    whole_seconds: float
    parts: tuple[Part, ...]
    rest_seconds: float | None = None

    @property
    def seconds(self) -> dict[str, float]:
        """Self seconds by category, in drawing order; ``unaccounted`` stands there wherever a whole is known."""
        spent: dict[str, list[float]] = {}
        for part in self.parts:
            spent.setdefault(part.category, []).append(part.self_seconds)
        if self.rest_seconds is not None:
            spent.setdefault(UNACCOUNTED, [])
        return {name: math.fsum(spent[name]) for name in PART_CATEGORIES if name in spent}

    @property
    def shares(self) -> dict[str, float]:
        """Shares of the whole (0-1) by category; they add up to exactly 1 (``math.fsum``). Empty of nothing."""
        return _exact_shares(self.seconds)

    @property
    def work_seconds(self) -> float | None:
        """Seconds of what the pipeline is for; None where no phase is of that kind."""
        work = [part.self_seconds for part in self.parts if part.category in WORK_CATEGORIES]
        return math.fsum(work) if work else None

    def by_path(self) -> dict[Path, float]:
        """Self seconds by path, over categories."""
        spent: dict[Path, float] = {}
        for part in self.parts:
            spent[part.path] = spent.get(part.path, 0.0) + part.self_seconds
        return spent


def timed_phases(source: RunRecord | Iterable[PhaseTiming]) -> tuple[PhaseTiming, ...]:
    """The phases that are parts of the whole: a run's own, or those of its tasks where it has none itself.

    An imported run with one worker can have both sums and seconds added up over threads: then only the sums are parts.
    """
    if isinstance(source, RunRecord):
        return _of_the_whole(_own_or_tasks(source), source.workers)
    return tuple(phase for phase in source if phase.basis in ("sum", "workers"))


def _of_the_whole(phases: Iterable[PhaseTiming], workers: int) -> tuple[PhaseTiming, ...]:
    timed = tuple(phase for phase in phases if phase.basis in ("sum", "workers"))
    sums = tuple(phase for phase in timed if phase.basis == "sum")
    return sums if sums and workers == 1 else timed


def _own_or_tasks(record: RunRecord) -> tuple[PhaseTiming, ...]:
    return record.phases or sum_of_tasks(record.tasks)


def breakdown(record: RunRecord) -> Breakdown:
    """What a run is made of. Phases that claim more than the whole are shares of what they claim."""
    phases = timed_phases(record)
    busy = busy_seconds(record.tasks, phases) if record.workers > 1 else None
    return breakdown_of(phases, wall_seconds=record.wall_seconds, workers=record.workers, busy=busy)


def breakdown_of(
    phases: Iterable[PhaseTiming], *, wall_seconds: float | None, workers: int, busy: float | None = None
) -> Breakdown:
    """The same from the parts of a record.

    Args:
        phases: the run's own, of any basis.
        busy: the seconds in which workers had a task or were in a phase; None where that is not known, and then what
            no phase covers is all called unaccounted.
    """
    timed = _of_the_whole(phases, workers)
    parts = _parts(timed)
    covered = math.fsum(part.self_seconds for part in parts)
    unit = _unit(timed, wall_seconds, workers)
    if unit == PHASE_SECONDS or wall_seconds is None or not timed or not _fits(timed, workers):
        return Breakdown(unit=unit, whole_seconds=covered, parts=parts)
    rest = wall_seconds * workers - covered
    rest = 0.0 if -max(ROUNDING, 1e-4 * wall_seconds) < rest < 0 else rest
    unaccounted = rest if workers == 1 or busy is None else min(max(busy - covered, 0.0), max(rest, 0.0))
    added = {IDLE: rest - unaccounted, UNACCOUNTED: unaccounted}
    parts = _merged([*parts, *(_rest(name, amount) for name, amount in added.items() if amount > 0)])
    return Breakdown(unit=unit, whole_seconds=covered + max(rest, 0.0), parts=parts, rest_seconds=rest)


def busy_seconds(tasks: Iterable[TaskRecord], phases: Iterable[PhaseTiming]) -> float | None:
    """Seconds in which workers had a task, with those of phases outside of any; None where a task's are not known."""
    known, inside, any_inside = [], [], False
    for task in tasks:
        if task.seconds is None:
            return None
        known.append(task.seconds)
        any_inside = any_inside or bool(task.phases)
        inside += [phase.self_seconds for phase in task.phases if phase.basis in ("sum", "workers")]
    if not known:
        return None
    outside = math.fsum(phase.self_seconds for phase in phases) - math.fsum(inside) if any_inside else 0.0
    return math.fsum(known) + max(outside, 0.0)


def _parts(timed: Iterable[PhaseTiming]) -> tuple[Part, ...]:
    phases = list(timed)
    has_work = any(phase.category in WORK_CATEGORIES for phase in phases)
    return _merged(
        Part(
            path=phase.path,
            category=_category(phase, has_work),
            self_seconds=phase.self_seconds,
            total_seconds=phase.total_seconds,
            calls=phase.calls,
        )
        for phase in phases
    )


def _category(phase: PhaseTiming, has_work: bool) -> str:
    reserved = _RESERVED.get(phase.path)
    if reserved:
        return reserved
    return FRAMEWORK if phase.category == UNKNOWN and has_work else phase.category


def _merged(parts: Iterable[Part]) -> tuple[Part, ...]:
    """One part for each path and category; idle and unaccounted last."""
    merged: dict[tuple[Path, str], Part] = {}
    for part in parts:
        key = part.path, part.category
        known = merged.get(key)
        merged[key] = part if known is None else _added(known, part)
    return tuple(sorted(merged.values(), key=lambda part: _LAST.get(part.path, 0)))


def _added(part: Part, two: Part) -> Part:
    return replace(
        part,
        self_seconds=part.self_seconds + two.self_seconds,
        total_seconds=part.total_seconds + two.total_seconds,
        calls=part.calls + two.calls,
    )


def _rest(name: str, amount: float) -> Part:
    return Part(path=(name,), category=name, self_seconds=amount, total_seconds=amount)


def _unit(timed: tuple[PhaseTiming, ...], wall_seconds: float | None, workers: int) -> str:
    if workers > 1 or any(phase.basis == "workers" for phase in timed):
        return WORKER_SECONDS
    return PHASE_SECONDS if wall_seconds is None else WALL_CLOCK


def _fits(timed: tuple[PhaseTiming, ...], workers: int) -> bool:
    """Whether the phases are parts of wall-clock x workers; seconds of threads inside a single worker are not."""
    return workers > 1 or all(phase.basis == "sum" for phase in timed)


def covered_seconds(source: RunRecord | Iterable[PhaseTiming]) -> float:
    """The self seconds of all phases together."""
    return math.fsum(phase.self_seconds for phase in timed_phases(source))


def unaccounted_seconds(record: RunRecord) -> float | None:
    """Seconds in a task or run that no phase covers; None where no whole is known.

    Below 0 where the phases of an imported log claim more than the whole.
    """
    return unaccounted_of(breakdown(record))


def unaccounted_of(made: Breakdown) -> float | None:
    """The same of a breakdown."""
    if made.rest_seconds is None or made.rest_seconds < 0:
        return made.rest_seconds
    return made.seconds[UNACCOUNTED]


def overhead_share(record: RunRecord) -> float | None:
    """The share of a run (0-1) that is not work: of the wall-clock, or of wall-clock x workers.

    None where it is not known what the work is (no phase is of that category, and it is no run with wins of a pipeline
    that names all of its phases' kinds, which may have had nothing to run), and where the phases claim more work than
    the whole.
    """
    made = breakdown(record)
    work = made.work_seconds
    kinds = {part.category for part in made.parts}
    if work is None and kinds - {IDLE, UNACCOUNTED} and UNKNOWN not in kinds:
        work = 0.0 if record.config is not None and record.source == "measured" else None
    whole = made.whole_seconds if made.rest_seconds is None else made.whole_seconds + min(made.rest_seconds, 0.0)
    if work is None or whole <= 0:
        return None
    share = 1 - work / whole
    return share if 0 <= share <= 1 else None


def _exact_shares(seconds: Mapping[str, float]) -> dict[str, float]:
    """Shares of the sum; what rounding leaves goes to the largest."""
    whole = math.fsum(seconds.values())
    if whole <= 0:
        return {}
    shares = {name: value / whole for name, value in seconds.items()}
    if math.fsum(shares.values()) != 1.0:
        largest = max(shares, key=lambda name: shares[name])
        shares[largest] += math.fsum([1.0, *(-share for share in shares.values())])
    return shares


def phase_tree(source: RunRecord | Breakdown | Iterable[PhaseTiming]) -> tuple[PhaseNode, ...]:
    """The outermost phases, largest first, each with its tree below it; of a record only what was recorded.

    A parent that was not recorded itself has the total of its children. A path in two categories is as
    ``parts_by_path`` has it.
    """
    parts, whole = _to_draw(source)
    nodes = _with_parents(parts_by_path(parts))
    below: dict[Path, list[PhaseNode]] = {}
    for path in sorted(nodes, key=len, reverse=True):
        part = nodes[path]
        share = part.total_seconds / whole if whole else None
        node = PhaseNode(timing=part, share=share, children=_largest_first(below.pop(path, [])))
        below.setdefault(path[:-1], []).append(node)
    return _largest_first(below.get((), []))


def _to_draw(source: RunRecord | Breakdown | Iterable[PhaseTiming]) -> tuple[tuple[Part, ...], float]:
    """The parts of a tree and the whole that they are shares of; of a record only what was recorded."""
    if isinstance(source, Breakdown):
        return source.parts, source.whole_seconds
    parts = _parts(timed_phases(source))
    if isinstance(source, RunRecord):
        return parts, breakdown(source).whole_seconds
    return parts, math.fsum(part.self_seconds for part in parts)


def _largest_first(nodes: list[PhaseNode]) -> tuple[PhaseNode, ...]:
    return tuple(sorted(nodes, key=lambda node: -node.timing.total_seconds))


def parts_by_path(parts: Iterable[Part]) -> dict[Path, Part]:
    """Parts by path; of a path in several categories the smaller ones become children, named by their category."""
    groups: dict[Path, list[Part]] = {}
    for part in parts:
        groups.setdefault(part.path, []).append(part)
    nodes: dict[Path, Part] = {}
    for path, group in groups.items():
        first, *others = sorted(group, key=lambda part: -part.self_seconds)
        total = math.fsum(part.total_seconds for part in group)
        nodes[path] = replace(first, total_seconds=total)
        for other in others:
            child = (*path, f"as {other.category}")
            nodes[child] = replace(other, path=child, total_seconds=other.self_seconds)
    return nodes


def _with_parents(nodes: dict[Path, Part]) -> dict[Path, Part]:
    """The parts with those parents made up that were not recorded."""
    below: dict[Path, list[Part]] = {}
    for part in nodes.values():
        below.setdefault(part.path[:-1], []).append(part)
    for path in sorted(_missing_parents(nodes), key=len, reverse=True):
        total = math.fsum(part.total_seconds for part in below[path])
        nodes[path] = replace(below[path][0], path=path, total_seconds=total, self_seconds=0.0, calls=0)
        below.setdefault(path[:-1], []).append(nodes[path])
    return nodes


def _missing_parents(nodes: Mapping[Path, Part]) -> set[Path]:
    missing: set[Path] = set()
    for path in nodes:
        parent = path[:-1]
        while parent and parent not in nodes and parent not in missing:
            missing.add(parent)
            parent = parent[:-1]
    return missing


def faster(made: Breakdown, factors: Mapping[Path | str, float]) -> Breakdown:
    """What a run would be made of if phases were so many times faster (Amdahl's law; ``math.inf``: gone).

    A factor holds for a phase and what is below it, but for what has a factor of its own; a path may be written
    "score/dsl". Wall-clock of a serial run, else worker-seconds; what no phase covers stays.

    Raises:
        ValueError: a path that the run has not, or a factor that is not above 0.
    """
    asked = {tuple(path.split("/")) if isinstance(path, str) else path: factor for path, factor in factors.items()}
    known = phase_paths(made)
    for path, factor in asked.items():
        if path not in known:
            names = ", ".join("/".join(name) for name in sorted(known))
            raise ValueError(f"the run has no phase {'/'.join(path)!r}; it has: {names}")
        if not factor > 0:
            raise ValueError(f"phase {'/'.join(path)!r}: the factor must be above 0, got {factor!r}")
    parts = tuple(replace(part, self_seconds=part.self_seconds / _factor(part.path, asked)) for part in made.parts)
    whole = math.fsum(part.self_seconds for part in parts)
    return replace(made, parts=parts, whole_seconds=whole)


def phase_paths(made: Breakdown) -> set[Path]:
    """The paths of all phases and of those around them; idle time and what is unaccounted are no phases."""
    return set(_with_parents(parts_by_path(part for part in made.parts if part.path not in _RESERVED)))


def _factor(path: Path, factors: Mapping[Path, float]) -> float:
    """The factor of the innermost phase around ``path`` that has one."""
    for depth in range(len(path), 0, -1):
        if path[:depth] in factors:
            return factors[path[:depth]]
    return 1.0
