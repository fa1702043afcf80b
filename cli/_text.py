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
    """A run in a few lines: what it was, its seconds, its answers, and as far as it tells its overhead and caches."""
    lines = [
        f"run       {run_id}  {record.label}  ({record.status}, {record.cache_state} caches)",
        f"seconds   {seconds(record.wall_seconds)}{_more_seconds(record)}",
        *_overhead_line(record),
        f"answers   {record.results_fingerprint or 'not checked'}{_solved(record)}",
        *_programs_line(record),
        *(f"failed    {task.task_id}: {task.reason}" for task in record.tasks if task.status == "failed"),
        *(
            f"cache     {cache.name}: {cache.hits:,} hits of {cache.lookups:,} ({percent(cache.hit_rate)})"
            for cache in record.caches
        ),
    ]
    return "\n".join(lines)


def _more_seconds(record: RunRecord) -> str:
    cpu = "" if record.cpu_seconds is None else f", {seconds(record.cpu_seconds)} of CPU"
    peak = record.counts.get("peak_bytes")
    return cpu if peak is None else f"{cpu}, at most {peak / 1e6:,.0f} MB of memory"


def _overhead_line(record: RunRecord) -> list[str]:
    share = overhead_share(record)
    work = "DSL" if any(phase.category == "dsl" for phase in record.phases) else "work"
    return [] if share is None else [f"overhead  {percent(share)} of it is not {work}"]


def _solved(record: RunRecord) -> str:
    if not record.tasks:
        return ""
    failed = sum(task.status == "failed" for task in record.tasks)
    solved = [task.solved for task in record.tasks if task.solved is not None]
    known = f", {sum(solved)} of {len(record.tasks)} tasks solved" if solved else f", {len(record.tasks)} tasks"
    accepted = f": {record.counts['accepted']} solvers accepted" if "accepted" in record.counts else ""
    return f"{accepted}{known}, {failed} failed"


def _programs_line(record: RunRecord) -> list[str]:
    if "accepted" not in record.counts:
        return []
    raised = record.counts.get("program.errors", 0)
    return [f"programs  {raised:,} calls raised and scored nothing, {record.timeouts} timed out"]


_BASES = {"workers": "summed over workers", "last_task": "last task only", "count": "a count, no seconds"}


def phase_lines(record: RunRecord) -> list[tuple[str, str, str, str, int]]:
    """Rows of a phase table: indented name, category, total, self, calls; idle workers and the unaccounted rest last.

    Seconds that are no part of the whole say so beside the category.
    """
    made = breakdown(record)
    last = [part for part in made.parts if part.path in ((IDLE,), (UNACCOUNTED,))]
    own = [phase for phase in record.phases if phase.path not in {part.path for part in last}]
    rows = [_phase_line(phase) for phase in sorted(own, key=lambda phase: phase.path)]
    rows += [(part.name, "", "", seconds(part.self_seconds), 0) for part in last]
    return [*rows, *_excess(made.rest_seconds)]


def _excess(rest: float | None) -> list[tuple[str, str, str, str, int]]:
    """A row of its own where the phases leave nothing, or claim more than the whole."""
    if rest is None or rest > 0:
        return []
    name = "unaccounted" if rest == 0 else "claimed beyond the whole"
    return [(name, "", "", seconds(-rest if rest else 0.0), 0)]


def _phase_line(phase_timing: PhaseTiming) -> tuple[str, str, str, str, int]:
    name = "  " * (len(phase_timing.path) - 1) + phase_timing.name
    category = (
        f"{phase_timing.category} ({_BASES[phase_timing.basis]})"
        if phase_timing.basis in _BASES
        else phase_timing.category
    )
    return name, category, seconds(phase_timing.total_seconds), seconds(phase_timing.self_seconds), phase_timing.calls
