"""The progress tracker, filled from the plan and the evidence, in the user's own Markdown format.

Seconds on the reference machine that follow from a speedup measured elsewhere are marked as projected. ``Speedup`` is
before / after, ``Saving`` what the tracker's own line computes, (before - after) / before.
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
from optim.project.records import Plan
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
        progress=(_cumulative(plan, evidence), _total(plan, evidence)),
        checks=tuple(
            Check(group=one.group, text=one.text, ticked=one.ticked, evidence=one.evidence)
            for one in ticks(plan, evidence)
        ),
        texts=_texts(plan),
    )


def seconds_text(seconds: float) -> str:
    """Seconds to the millisecond, without needless zeros: ``24.813``, ``42.5``."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def _header(plan: Plan, evidence: TrackerEvidence) -> Pairs:
    base, target = plan.baseline, plan.target
    goal = (
        f"Reduce {base.overhead_percent:g}% framework overhead, "
        f"achieve {target.speedup.low:g}x - {target.speedup.high:g}x speedup"
    )
    return (
        (f"{plan.phase} Goal", goal),
        ("Target", f"{seconds_text(base.seconds)}s → {target.seconds}s ({base.tasks} tasks)"),
        ("Status", plan.status if evidence.empty else _status(plan, evidence)),
    )


def _status(plan: Plan, evidence: TrackerEvidence) -> str:
    measured = sum(evidence.win(win.name).measured is not None for win in plan.planned)
    kept, reverted = len(evidence.decisions("keep")), len(evidence.decisions("revert"))
    return f"{measured} of {len(plan.planned)} quick wins measured, {kept} kept, {reverted} reverted"


def _baseline(plan: Plan) -> Group:
    base = plan.baseline
    caches = (
        (f"{one.name.capitalize()} cache", f"{one.claimed_percent:g}% ({one.hits:,}/{one.lookups:,} hits)")
        for one in base.caches
    )
    fields = (
        ("Date", day(base.date)),
        ("Wall-clock", f"{seconds_text(base.seconds)}s ({base.tasks} tasks)"),
        *caches,
        ("Errors", str(base.errors)),
        ("Status", "✅ Baseline established"),
    )
    return Group(name=f"Baseline ({base.name})", fields=fields)


def _cumulative(plan: Plan, evidence: TrackerEvidence) -> Group:
    fields = tuple((f"After Quick Win #{win.number}", _after(plan, evidence, win)) for win in plan.wins)
    return Group(name=f"{plan.phase} Cumulative", fields=fields)


def _after(plan: Plan, evidence: TrackerEvidence, win: Win) -> str:
    text = joint_text(plan, evidence, win)
    joint = evidence.joint(frozenset(prefix(plan, evidence, win)))
    if joint is None or text.startswith("reverted"):
        return text
    return f"{text}; {projected(plan, joint.speedup)}"


def _total(plan: Plan, evidence: TrackerEvidence) -> Group:
    low, high = plan.target.saving_percent.low, plan.target.saving_percent.high
    run = evidence.confirmed(plan.baseline.tasks)
    met = run is not None and (run.wall_seconds or 0) <= plan.target.seconds.high
    target = f"{plan.target.seconds}s ({low:g}-{high:g}% optimization)" + (" ✅" if met else "")
    fields = (("Current", _current(plan, evidence, run)), (f"Target after {plan.phase}", target))
    return Group(name=f"Total optimization from baseline ({seconds_text(plan.origin_seconds)}s)", fields=fields)


def _current(plan: Plan, evidence: TrackerEvidence, run: ReferenceRun | None) -> str:
    seconds, source = plan.baseline.seconds, ""
    joint = evidence.joint(frozenset(evidence.decisions("keep")))
    if run is not None and run.wall_seconds:
        seconds, source = run.wall_seconds, f", {run.name}"
    elif joint is not None:
        seconds, source = plan.baseline.seconds / joint.speedup, f", projected from {joint_source(joint)}"
    return f"{seconds_text(seconds)}s ({100 * (1 - seconds / plan.origin_seconds):.1f}% optimization{source})"


def _texts(plan: Plan) -> tuple[TextSection, ...]:
    insights = tuple(f"**{one.name}**: {' '.join(one.lines)}" for one in plan.insights)
    disagree = tuple(f"{one.severity.title()}: {one.claimed}; but {one.follows}" for one in contradictions(plan))
    sections = (
        TextSection(name=INSIGHTS, lines=insights),
        *(TextSection(parent=SUCCESS, name=one.name, lines=one.lines) for one in plan.success),
        TextSection(name=NOTES, lines=plan.notes),
        TextSection(name=DISAGREE, lines=disagree),
    )
    return tuple(one for one in sections if one.lines)
