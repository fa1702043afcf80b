"""What a run's time is made of: pure functions on its record.

A serial run (one worker, phases of basis "sum", wall-clock known) is broken down whole: self seconds plus unaccounted
seconds are its wall-clock. Of a run with workers the phases are worker-seconds, which no wall-clock covers: there is
nothing unaccounted, and shares are of the worker-seconds. Phases of other bases (the last task only, counts) are no
part of a whole and are left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from profiles.records import CATEGORIES, PhaseTiming, RunRecord, merge_phases

UNACCOUNTED = "unaccounted"
WALL_CLOCK, WORKER_SECONDS, PHASE_SECONDS = "wall-clock", "worker-seconds", "phase seconds"
#: Less than this below nothing is rounding, in seconds.
ROUNDING = 1e-6

Path = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PhaseNode:
    """A phase with those directly below it, largest first. ``share`` is its total seconds / the whole, 0-1."""

    timing: PhaseTiming
    share: float | None
    children: tuple[PhaseNode, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Breakdown:
    """What a run is made of. ``seconds`` and ``shares`` (0-1) go by category, with ``unaccounted`` of a serial run.

    ``unit`` says what the seconds are: wall-clock, worker-seconds, or phase seconds where no wall-clock is known.
    Shares add up to exactly 1 (``math.fsum``), or are empty where nothing was timed.
    """

    unit: str
    whole_seconds: float
    seconds: Mapping[str, float]
    shares: Mapping[str, float]


def timed_phases(source: RunRecord | Iterable[PhaseTiming]) -> tuple[PhaseTiming, ...]:
    """The phases that are parts of the whole: a run's own, or those of its tasks where it has none itself.

    An imported run with one worker can have both sums and seconds added up over threads: then only the sums are parts.
    """
    phases = _own_or_tasks(source) if isinstance(source, RunRecord) else tuple(source)
    timed = tuple(phase for phase in phases if phase.basis in ("sum", "workers"))
    sums = tuple(phase for phase in timed if phase.basis == "sum")
    return sums if sums and isinstance(source, RunRecord) and source.workers == 1 else timed


def _own_or_tasks(record: RunRecord) -> tuple[PhaseTiming, ...]:
    return record.phases or merge_phases(phase for task in record.tasks for phase in task.phases)


def is_serial(record: RunRecord) -> bool:
    """Whether the run's phases are parts of its wall-clock."""
    sums = all(phase.basis == "sum" for phase in timed_phases(record))
    return record.workers == 1 and record.wall_seconds is not None and sums


def covered_seconds(source: RunRecord | Iterable[PhaseTiming]) -> float:
    """The self seconds of all phases together."""
    return math.fsum(phase.self_seconds for phase in timed_phases(source))


def unaccounted_seconds(record: RunRecord) -> float | None:
    """Wall-clock that no phase covers; None unless the run is serial and has phases.

    Below 0 where the phases of an imported log claim more than the whole.
    """
    if record.wall_seconds is None or not is_serial(record) or not timed_phases(record):
        return None
    rest = record.wall_seconds - covered_seconds(record)
    return 0.0 if -ROUNDING < rest < 0 else rest


def overhead_share(record: RunRecord) -> float | None:
    """The share of a run (0-1) that is not ``dsl``: of the wall-clock, or of the worker-seconds of a run with workers.

    None where it is not known what ``dsl`` is (no phase is of that category, and no config says that the run is one of
    this bench, which may have had nothing to run), and where the phases claim more ``dsl`` than the whole.
    """
    phases = timed_phases(record)
    dsl = [phase.self_seconds for phase in phases if phase.category == "dsl"]
    whole = record.wall_seconds if is_serial(record) else covered_seconds(phases)
    if not whole or not (dsl or (phases and record.config is not None)):
        return None
    share = 1 - math.fsum(dsl) / whole
    return share if 0 <= share <= 1 else None


def breakdown(record: RunRecord) -> Breakdown:
    """Seconds and shares by category. Phases that claim more than the wall-clock are shares of what they claim."""
    phases = timed_phases(record)
    seconds = {name: math.fsum(phase.self_seconds for phase in phases if phase.category == name) for name in CATEGORIES}
    rest = unaccounted_seconds(record)
    if rest is not None:
        seconds[UNACCOUNTED] = max(rest, 0.0)
    return Breakdown(
        unit=_unit(record, phases),
        whole_seconds=math.fsum(seconds.values()),
        seconds=seconds,
        shares=_exact_shares(seconds),
    )


def _unit(record: RunRecord, phases: Iterable[PhaseTiming]) -> str:
    if is_serial(record):
        return WALL_CLOCK
    workers = record.workers > 1 or any(phase.basis == "workers" for phase in phases)
    return WORKER_SECONDS if workers else PHASE_SECONDS


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


def phase_tree(source: RunRecord | Iterable[PhaseTiming]) -> tuple[PhaseNode, ...]:
    """The outermost phases, largest first, each with its tree below it.

    A parent that was not recorded itself has the total of its children. Shares are of the wall-clock of a serial run,
    else of all self seconds together.
    """
    phases = _with_parents(merge_phases(timed_phases(source)))
    serial = isinstance(source, RunRecord) and is_serial(source)
    whole = source.wall_seconds if serial and isinstance(source, RunRecord) else covered_seconds(phases.values())
    below: dict[Path, list[PhaseNode]] = {}
    for path in sorted(phases, key=len, reverse=True):
        timing = phases[path]
        share = timing.total_seconds / whole if whole else None
        node = PhaseNode(timing=timing, share=share, children=_largest_first(below.pop(path, [])))
        below.setdefault(path[:-1], []).append(node)
    return _largest_first(below.get((), []))


def _largest_first(nodes: list[PhaseNode]) -> tuple[PhaseNode, ...]:
    return tuple(sorted(nodes, key=lambda node: -node.timing.total_seconds))


def _with_parents(phases: Iterable[PhaseTiming]) -> dict[Path, PhaseTiming]:
    """Phases by path, with those parents made up that were not recorded."""
    found = {phase.path: phase for phase in phases}
    below: dict[Path, list[PhaseTiming]] = {}
    for phase in found.values():
        below.setdefault(phase.path[:-1], []).append(phase)
    for path in sorted(_missing_parents(found), key=len, reverse=True):
        total = math.fsum(phase.total_seconds for phase in below[path])
        found[path] = replace(below[path][0], path=path, total_seconds=total, self_seconds=0.0, calls=0)
        below.setdefault(path[:-1], []).append(found[path])
    return found


def _missing_parents(found: Mapping[Path, PhaseTiming]) -> set[Path]:
    missing: set[Path] = set()
    for path in found:
        parent = path[:-1]
        while parent and parent not in found and parent not in missing:
            missing.add(parent)
            parent = parent[:-1]
    return missing


def what_if(record: RunRecord, factors: Mapping[Path | str, float]) -> float:
    """The seconds of the run if phases were so many times faster (Amdahl's law; ``math.inf``: gone).

    A factor holds for a phase and what is below it, but for what has a factor of its own; a path may be written
    "score/dsl". Wall-clock of a serial run, else worker-seconds; what is unaccounted stays.

    Raises:
        ValueError: a path that the run has not, or a factor that is not above 0.
    """
    phases = timed_phases(record)
    asked = {tuple(path.split("/")) if isinstance(path, str) else path: factor for path, factor in factors.items()}
    known = set(_with_parents(phases))
    for path, factor in asked.items():
        if path not in known:
            names = ", ".join("/".join(one) for one in sorted(known))
            raise ValueError(f"the run has no phase {'/'.join(path)!r}; it has: {names}")
        if not factor > 0:
            raise ValueError(f"phase {'/'.join(path)!r}: the factor must be above 0, got {factor!r}")
    rest = max(unaccounted_seconds(record) or 0.0, 0.0)
    return math.fsum([rest, *(phase.self_seconds / _factor(phase.path, asked) for phase in phases)])


def _factor(path: Path, factors: Mapping[Path, float]) -> float:
    """The factor of the innermost phase around ``path`` that has one."""
    for depth in range(len(path), 0, -1):
        if path[:depth] in factors:
            return factors[path[:depth]]
    return 1.0
