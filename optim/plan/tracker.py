"""The progress tracker, filled from the plan and the evidence, in the user's own Markdown format.

Seconds on the reference machine that follow from a speedup measured elsewhere are marked as projected. ``Speedup`` is
the ratio that was measured, before / after, and ``Saving`` what follows from it, 1 - 1 / speedup.
"""

from __future__ import annotations

from collections.abc import Iterable

from optim.evidence.records import ReferenceRun, TrackerEvidence
from optim.plan.checklist import ticks
from optim.plan.contradictions import contradictions
from optim.plan.tracker_document import (
    DISAGREE,
    INSIGHTS,
    NOTES,
    SUCCESS,
    Check,
    Group,
    Pairs,
    TextSection,
    TrackerDocument,
    write,
)
from optim.plan.tracker_merge import merge
from optim.plan.tracker_parser import NotATracker, parse
from optim.plan.tracker_wins import day, entries, joint_source, joint_text, prefix, projected, win_section
from optim.project.records import Plan, Target
from optim.project.wins import Win

__all__ = ["NotATracker", "TrackerDocument", "document", "parse", "render", "seconds_text", "write"]


def render(plan: Plan, evidence: TrackerEvidence, imported: Iterable[TrackerDocument] = ()) -> str:
    """The tracker as Markdown; ``imported`` are trackers read in before, oldest first: what they hold beyond the plan
    and the evidence is kept, marked as imported. ``parse`` reads it back.
    """
    return write(merge(plan, document(plan, evidence), imported))


def document(plan: Plan, evidence: TrackerEvidence) -> TrackerDocument:
    """The tracker of ``plan`` filled with ``evidence``."""
    return TrackerDocument(
        title=plan.title,
        header=_header(plan, evidence),
        baseline=_baseline(plan),
        wins=tuple(win_section(plan, evidence, win) for win in plan.wins),
        entries=entries(plan, evidence),
        earlier=plan.earlier,
        progress=tuple(part for part in (_cumulative(plan, evidence), _total(plan, evidence)) if part),
        checks=tuple(
            Check(group=tick.group, text=tick.text, ticked=tick.ticked, evidence=tick.evidence)
            for tick in ticks(plan, evidence)
        ),
        texts=_texts(plan),
        baseline_seconds=seconds_text(plan.baseline.seconds) if plan.baseline else "baseline",
    )


def seconds_text(seconds: float) -> str:
    """Seconds to the millisecond, without needless zeros: ``9.25``, ``42.5``."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def _header(plan: Plan, evidence: TrackerEvidence) -> Pairs:
    fields = (
        (f"{plan.phase} Goal", _goal(plan)),
        ("Target", _target(plan)),
        ("Status", plan.status if evidence.empty and plan.status else _status(plan, evidence)),
    )
    return tuple(field for field in fields if field[1])


def _goal(plan: Plan) -> str:
    over = None if plan.baseline is None else plan.baseline.overhead_percent
    speedup = None if plan.target is None else plan.target.speedup
    parts = [
        "" if over is None else f"Reduce {over:g}% framework overhead",
        "" if speedup is None else f"achieve {speedup.low:g}x - {speedup.high:g}x speedup",
    ]
    text = ", ".join(part for part in parts if part)
    return text[:1].upper() + text[1:]


def _target(plan: Plan) -> str:
    if plan.target is None:
        return ""
    start = "" if plan.baseline is None else f"{seconds_text(plan.baseline.seconds)}s → "
    return f"{start}{plan.target.seconds}s{_tasks(plan)}"


def _tasks(plan: Plan) -> str:
    return "" if plan.tasks is None else f" ({plan.tasks} tasks)"


def _status(plan: Plan, evidence: TrackerEvidence) -> str:
    measured = sum(evidence.win(win.name).measured is not None for win in plan.planned)
    kept, reverted = len(evidence.decisions("keep")), len(evidence.decisions("revert"))
    return f"{measured} of {len(plan.planned)} quick wins measured, {kept} kept, {reverted} reverted"


def _baseline(plan: Plan) -> Group | None:
    base = plan.baseline
    if base is None:
        return None
    caches = (
        (f"{cache.name.capitalize()} cache", f"{cache.claimed_percent:g}% ({cache.hits:,}/{cache.lookups:,} hits)")
        for cache in base.caches
    )
    fields = (
        *((("Date", day(base.date)),) if base.date else ()),
        ("Wall-clock", f"{seconds_text(base.seconds)}s{_tasks(plan)}"),
        *caches,
        *((("Errors", str(base.errors)),) if base.errors is not None else ()),
        ("Status", "✅ Baseline established"),
    )
    return Group(name=f"Baseline ({base.name})" if base.name else "Baseline", fields=fields)


def _cumulative(plan: Plan, evidence: TrackerEvidence) -> Group:
    fields = tuple((f"After Quick Win #{win.number}", _after(plan, evidence, win)) for win in plan.wins)
    return Group(name=f"{plan.phase} Cumulative", fields=fields)


def _after(plan: Plan, evidence: TrackerEvidence, win: Win) -> str:
    text = joint_text(plan, evidence, win)
    joint = evidence.joint(frozenset(prefix(plan, evidence, win)))
    if joint is None or text.startswith("reverted"):
        return text
    there = projected(plan, joint.speedup)
    if plan.is_of_another_pipeline:
        return f"{text}; an analogy for {plan.there}"
    return f"{text}; {there}" if there else text


def _total(plan: Plan, evidence: TrackerEvidence) -> Group | None:
    """How far it is in all, since the origin where the plan names one; None where it names no seconds."""
    start = plan.origin_seconds or (plan.baseline.seconds if plan.baseline else None)
    if start is None:
        return None
    run = evidence.confirmed(plan.tasks)
    fields = [("Current", _current(plan, start, evidence, run))] if plan.baseline else []
    if plan.target is not None:
        fields.append((f"Target after {plan.phase}", _aim(plan.target, run)))
    return Group(name=f"Total optimization from baseline ({seconds_text(start)}s)", fields=tuple(fields))


def _aim(target: Target, run: ReferenceRun | None) -> str:
    met = run is not None and (run.wall_seconds or 0) <= target.seconds.high
    share = target.saving_percent
    saved = "" if share is None else f" ({share.low:g}-{share.high:g}% optimization)"
    return f"{target.seconds}s{saved}" + (" ✅" if met else "")


def _current(plan: Plan, start: float, evidence: TrackerEvidence, run: ReferenceRun | None) -> str:
    seconds, source = plan.baseline.seconds if plan.baseline else start, ""
    joint = evidence.joint(frozenset(evidence.decisions("keep")))
    if run is not None and run.wall_seconds:
        seconds, source = run.wall_seconds, f", {run.name}"
    elif joint is not None and not plan.is_of_another_pipeline:
        seconds, source = seconds / joint.speedup, f", projected from {joint_source(joint)}"
    return f"{seconds_text(seconds)}s ({100 * (1 - seconds / start):.1f}% optimization{source})"


def _texts(plan: Plan) -> tuple[TextSection, ...]:
    insights = tuple(f"**{insight.name}**: {' '.join(insight.lines)}" for insight in plan.insights)
    disagree = tuple(
        f"{contradiction.severity.title()}: {contradiction.claimed}; but {contradiction.follows}"
        for contradiction in contradictions(plan)
    )
    sections = (
        TextSection(name=INSIGHTS, lines=insights),
        *(TextSection(parent=SUCCESS, name=group.name, lines=group.lines) for group in plan.success),
        TextSection(name=NOTES, lines=plan.notes),
        TextSection(name=DISAGREE, lines=disagree),
    )
    return tuple(section for section in sections if section.lines)
