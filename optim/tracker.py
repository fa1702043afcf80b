"""The progress tracker, filled from the plan and the evidence, in the user's own Markdown format.

Seconds on the reference machine that follow from a speedup measured elsewhere are marked as projected. ``Speedup`` is
before / after, ``Saving`` what the tracker's own line computes, (before - after) / before.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from optim.checklist import SAME_ANSWERS, ticks
from optim.contradictions import contradictions
from optim.evidence import Measured, ReferenceRun, Together, TrackerEvidence, WinEvidence
from optim.plan_records import Plan, PlannedWin
from optim.tracker_document import (
    DISAGREE,
    INSIGHTS,
    NOTES,
    SUCCESS,
    Check,
    Entry,
    Group,
    Pairs,
    TextSection,
    TrackerDocument,
    WinSection,
    one_line,
    write,
)
from optim.tracker_merge import merge
from optim.tracker_parser import NotATracker, parse

__all__ = ["NotATracker", "TrackerDocument", "document", "parse", "render", "seconds_text", "write"]

PENDING = "(pending)"
_MARKS = {"keep": "✅ KEPT", "revert": "❌ REVERTED"}


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
        wins=tuple(_win(plan, evidence, win) for win in plan.wins),
        entries=_entries(plan, evidence),
        earlier=plan.earlier,
        progress=(_cumulative(plan, evidence), _total(plan, evidence)),
        checks=tuple(
            Check(group=one.group, text=one.text, ticked=one.ticked, evidence=one.evidence)
            for one in ticks(plan, evidence)
        ),
        texts=_texts(plan),
    )


def seconds_text(seconds: float, digits: int = 3) -> str:
    """Seconds without needless zeros: ``24.813``, ``42.5``."""
    return f"{seconds:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{seconds:.0f}"


def prefix(plan: Plan, evidence: TrackerEvidence, win: PlannedWin) -> tuple[str, ...]:
    """The wins up to ``win`` in the order of their numbers, without those that were reverted."""
    reverted = evidence.decisions("revert")
    return tuple(one.name for one in plan.wins if one.number <= win.number and one.name not in reverted)


def _day(moment: date) -> str:
    return f"{moment:%b} {moment.day}, {moment.year}"


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
    measured = sum(one.measured is not None for one in evidence.wins)
    kept, reverted = len(evidence.decisions("keep")), len(evidence.decisions("revert"))
    return f"{measured} of {len(plan.wins)} quick wins measured, {kept} kept, {reverted} reverted"


def _baseline(plan: Plan) -> Group:
    base = plan.baseline
    caches = (
        (f"{one.name.capitalize()} cache", f"{one.claimed_percent:g}% ({one.hits:,}/{one.lookups:,} hits)")
        for one in base.caches
    )
    fields = (
        ("Date", _day(base.date)),
        ("Wall-clock", f"{seconds_text(base.seconds)}s ({base.tasks} tasks)"),
        *caches,
        ("Errors", str(base.errors)),
        ("Status", "✅ Baseline established"),
    )
    return Group(name=f"Baseline ({base.name})", fields=fields)


def _win(plan: Plan, evidence: TrackerEvidence, win: PlannedWin) -> WinSection:
    row = evidence.win(win.name)
    fields = (
        ("Status", _win_status(win, row)),
        ("Target", f"{win.target_percent}% speedup"),
        ("Implementation", win.implementation),
        ("Estimated time", f"{win.hours} hours"),
    )
    checkpoint = _checkpoint(plan, evidence, win, row)
    return WinSection(number=win.number, title=win.title, fields=fields, built=win.built, checkpoint=checkpoint)


def _win_status(win: PlannedWin, row: WinEvidence) -> str:
    if row.decided and row.decision in _MARKS:
        when = f" ({_day(row.decided.decided_at)})" if row.decided.decided_at else ""
        return _MARKS[row.decision] + when
    if row.measured:
        return f"⏳ MEASURED - {row.measured.verdict}, not decided"
    return win.status or "Not started"


def _checkpoint(plan: Plan, evidence: TrackerEvidence, win: PlannedWin, row: WinEvidence) -> Pairs:
    default = {"Date": PENDING, "Wall-clock": PENDING, "Cumulative speedup": PENDING}
    fields = dict(win.checkpoint) or default
    result = fields.pop("Result", PENDING)
    if row.measured is not None:
        one = row.measured
        fields |= _measured_fields(plan, one)
        fields["Cumulative speedup"] = _joint_text(plan, evidence, win)
        result = one_line(f"{one.verdict}: {one.reason}" if one.reason else one.verdict)
    fields["Result"] = result
    if row.decided is not None:
        fields["Decision"] = _decision_text(row)
    return tuple(fields.items())


def _measured_fields(plan: Plan, one: Measured) -> dict[str, str]:
    fields = {"Date": f"{_day(one.measured_at)} {one.measured_at:%H:%M} UTC" if one.measured_at else "unknown"}
    fields["Wall-clock"] = f"{_span(one)} ({_conditions(one)})"
    if _counts(one) and one.speedup is not None:
        fields["Speedup"] = _speedup_text(one.speedup, one.low, one.high)
        fields["Saving"] = f"{100 * (one.saving or 0):.1f}%"
        fields["Projected wall-clock"] = _projected(plan, one.speedup)
    else:
        fields["Speedup"] = f"(none: {one.verdict})"
    if one.noise_low is not None and one.noise_high is not None:
        fields["Noise floor"] = f"{one.noise_low:.3f}-{one.noise_high:.3f}x (A/A control)"
    fields["Evidence"] = f"{one.name}, {one.blocks} blocks"
    return fields


def _counts(one: Measured) -> bool:
    return one.verdict in SAME_ANSWERS


def _span(one: Measured) -> str:
    if one.before_seconds is None or one.after_seconds is None:
        return "unknown"
    return f"{one.before_seconds:.3f}s → {one.after_seconds:.3f}s"


def _conditions(one: Measured) -> str:
    tasks = f", {one.tasks} tasks" if one.tasks else ""
    machine = f", machine {one.machine}" if one.machine else ""
    return one_line(f"{one.config_before} → {one.config_after}{tasks}, {one.cache_state} caches{machine}")


def _speedup_text(speedup: float, low: float | None, high: float | None) -> str:
    return f"{speedup:.3f}x" + (f" (95% {low:.3f}-{high:.3f}x)" if low is not None and high is not None else "")


def _projected(plan: Plan, speedup: float) -> str:
    return f"{plan.baseline.seconds / speedup:.3f}s on {plan.reference_machine} (projected, not measured there)"


def _decision_text(row: WinEvidence) -> str:
    made = row.decided
    if made is None:
        return PENDING
    basis = f" on measurement {made.measurement_id}" if made.measurement_id is not None else " without a measurement"
    who = f" by {made.who}" if made.who else ""
    return one_line(f"{made.decision}{who}{basis}{' (forced)' if made.forced else ''}: {made.because}")


def _joint_text(plan: Plan, evidence: TrackerEvidence, win: PlannedWin) -> str:
    if win.name in evidence.decisions("revert"):
        return "reverted: not part of it"
    joint = evidence.joint(frozenset(prefix(plan, evidence, win)))
    if joint is None:
        return PENDING
    return f"{_speedup_text(joint.speedup, joint.low, joint.high)}, {_joint_source(joint)}"


def _joint_source(joint: Together) -> str:
    return joint.source if joint.measured else f"{joint.source}, not measured together"


def _entries(plan: Plan, evidence: TrackerEvidence) -> tuple[Entry, ...]:
    dated = [(one.measured_at, one) for one in evidence.measurements() if one.measured_at is not None]
    dated.sort(key=lambda pair: (pair[0], pair[1].measurement_id))
    return tuple(_entry(plan, evidence, plan.win(one.win), one, f"{when:%Y-%m-%d %H:%M}") for when, one in dated)


def _entry(plan: Plan, evidence: TrackerEvidence, win: PlannedWin, one: Measured, moment: str) -> Entry:
    row = evidence.win(win.name)
    speaks = row.decided is not None and row.decided.measurement_id in (one.measurement_id, None)
    status = _MARKS.get(row.decision, "") if speaks else ""
    because = row.decided.because if speaks and row.decided else ""
    notes = f"{one.name} ({_conditions(one)}): {one.reason or one.verdict} {because}"
    return Entry(
        moment=moment,
        number=win.number,
        title=win.title,
        fields=_entry_fields(plan, evidence, win, one),
        status=status or f"⏳ {one.verdict}, not decided",
        notes=one_line(notes),
    )


def _entry_fields(plan: Plan, evidence: TrackerEvidence, win: PlannedWin, one: Measured) -> Pairs:
    fields = []
    before, after = one.before_seconds, one.after_seconds
    if before is not None and after is not None:
        fields += [("Before", f"{before:.3f}s"), ("After", f"{after:.3f}s")]
    if one.speedup is None or not _counts(one):
        return (*fields, ("Speedup", f"none, {one.verdict}"))
    fields.append(("Speedup", _speedup_text(one.speedup, one.low, one.high)))
    if before is not None and after is not None:
        saving = 100 * (before - after) / before
        fields.append(("Saving", f"({before:.3f}-{after:.3f})/{before:.3f} = {saving:.1f}%"))
    joint = evidence.joint(frozenset(prefix(plan, evidence, win)))
    if joint is not None and one is evidence.win(win.name).measured and win.name in joint.wins:
        seconds = plan.baseline.seconds / joint.speedup
        fields.append(("Cumulative", f"{seconds:.3f}s projected / {joint.speedup:.3f}x speedup"))
    return tuple(fields)


def _cumulative(plan: Plan, evidence: TrackerEvidence) -> Group:
    fields = tuple((f"After Quick Win #{win.number}", _after(plan, evidence, win)) for win in plan.wins)
    return Group(name=f"{plan.phase} Cumulative", fields=fields)


def _after(plan: Plan, evidence: TrackerEvidence, win: PlannedWin) -> str:
    text = _joint_text(plan, evidence, win)
    joint = evidence.joint(frozenset(prefix(plan, evidence, win)))
    if joint is None or text.startswith("reverted"):
        return text
    return f"{text}; {_projected(plan, joint.speedup)}"


def confirmed(plan: Plan, evidence: TrackerEvidence) -> ReferenceRun | None:
    """The newest run of all the plan's tasks on the reference machine, without error or timeout; None without one."""
    whole = [run for run in evidence.reference if run.clean and run.tasks == plan.baseline.tasks and run.wall_seconds]
    return max(whole, key=lambda run: run.run_id, default=None)


def _total(plan: Plan, evidence: TrackerEvidence) -> Group:
    low, high = plan.target.saving_percent.low, plan.target.saving_percent.high
    run = confirmed(plan, evidence)
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
        seconds, source = plan.baseline.seconds / joint.speedup, f", projected from {_joint_source(joint)}"
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
