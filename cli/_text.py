"""What commands say about runs, in words and aligned columns."""

from __future__ import annotations

from profiles.breakdown import IDLE, UNACCOUNTED, breakdown, overhead_share
from profiles.records import PhaseTiming, RunRecord


def seconds(value: float | None) -> str:
    """Seconds with a unit and enough digits: ``9.214 s``, ``12 ms``, ``unknown``."""
    if value is None:
        return "unknown"
    return f"{value * 1000:.3g} ms" if value < 0.1 else f"{value:.3f} s"


def percent(value: float | None) -> str:
    """A share of 0-1 as percent with one digit."""
    return "unknown" if value is None else f"{value * 100:.1f}%"


def run_summary(run_id: int, record: RunRecord) -> str:
    """A run in a few lines: what it was, its seconds, its overhead, its answers, its caches."""
    solved = sum(bool(task.solved) for task in record.tasks)
    failed = [task for task in record.tasks if task.status == "failed"]
    lines = [
        f"run       {run_id}  {record.label}  ({record.status}, {record.cache_state} caches)",
        f"seconds   {seconds(record.wall_seconds)}",
        f"overhead  {percent(overhead_share(record))} of it is not DSL",
        f"answers   {record.results_fingerprint or 'none'}: {record.counts.get('accepted', 0)} solvers accepted, "
        f"{solved} of {len(record.tasks)} tasks solved, {len(failed)} failed",
        f"programs  {record.counts.get('program.errors', 0):,} calls raised and scored nothing, "
        f"{record.timeouts} timed out",
        *(f"failed    {task.task_id}: {task.reason}" for task in failed),
        *(
            f"cache     {cache.name}: {cache.hits:,} hits of {cache.lookups:,} ({percent(cache.hit_rate)})"
            for cache in record.caches
        ),
    ]
    return "\n".join(lines)


_BASES = {"workers": "summed over workers", "last_task": "last task only", "count": "a count, no seconds"}


def phase_lines(record: RunRecord) -> list[tuple[str, str, str, str, int]]:
    """Rows of a phase table: indented name, category, total, self, calls; idle workers and the unaccounted rest last.

    Seconds that are no part of the whole say so beside the category.
    """
    made = breakdown(record)
    last = [part for part in made.parts if part.path in ((IDLE,), (UNACCOUNTED,))]
    own = [one for one in record.phases if one.path not in {part.path for part in last}]
    rows = [_phase_line(one) for one in sorted(own, key=lambda one: one.path)]
    rows += [(part.name, "", "", seconds(part.self_seconds), 0) for part in last]
    return [*rows, *_excess(made.rest_seconds)]


def _excess(rest: float | None) -> list[tuple[str, str, str, str, int]]:
    """A row of its own where the phases leave nothing, or claim more than the whole."""
    if rest is None or rest > 0:
        return []
    name = "unaccounted" if rest == 0 else "claimed beyond the whole"
    return [(name, "", "", seconds(-rest if rest else 0.0), 0)]


def _phase_line(one: PhaseTiming) -> tuple[str, str, str, str, int]:
    name = "  " * (len(one.path) - 1) + one.name
    category = f"{one.category} ({_BASES[one.basis]})" if one.basis in _BASES else one.category
    return name, category, seconds(one.total_seconds), seconds(one.self_seconds), one.calls
