"""The parts of the tracker that are about single wins: their sections, checkpoints, and lines of the timeline."""

from __future__ import annotations

from datetime import date

from optim.evidence.records import (
    SAME_ANSWERS,
    Measured,
    ReferenceRun,
    Together,
    TrackerEvidence,
    WinEvidence,
)
from optim.plan.tracker_document import Entry, Pairs, WinSection, one_line
from optim.project.records import Plan
from optim.project.wins import Win

PENDING = "(pending)"
#: Stands behind the status of a win whose decision rests on code that has changed since.
DUE = " - due for another look"
_MARKS = {"keep": "✅ KEPT", "revert": "❌ REVERTED"}


def prefix(plan: Plan, evidence: TrackerEvidence, win: Win) -> tuple[str, ...]:
    """The wins up to ``win`` in the order of their numbers, without those that were reverted."""
    reverted = evidence.decisions("revert")
    return tuple(planned.name for planned in plan.wins[: plan.wins.index(win) + 1] if planned.name not in reverted)


def day(moment: date) -> str:
    """A date as the tracker writes it: ``Oct 17, 2025``."""
    return f"{moment:%b} {moment.day}, {moment.year}"


def win_section(plan: Plan, evidence: TrackerEvidence, win: Win) -> WinSection:
    """The section of one win: what was planned, what was built, and its checkpoint."""
    row = evidence.win(win.name)
    planned = (
        ("Target", f"{win.target_percent}% speedup" if win.target_percent else ""),
        ("Implementation", win.implementation),
        ("Estimated time", f"{win.hours} hours" if win.hours else ""),
    )
    fields = (
        ("Status", _win_status(win, row) + (DUE if evidence.is_due(win.name) else "")),
        *(field for field in planned if field[1]),
    )
    checkpoint = _checkpoint(plan, evidence, win, row)
    return WinSection(number=win.number or 0, title=win.title, fields=fields, built=win.built, checkpoint=checkpoint)


def _win_status(win: Win, row: WinEvidence) -> str:
    if row.decided and row.decision in _MARKS:
        when = f" ({day(row.decided.decided_at)})" if row.decided.decided_at else ""
        return _MARKS[row.decision] + when
    if row.measured:
        return f"⏳ MEASURED - {row.measured.verdict}, not decided"
    return win.status or "Not started"


def _checkpoint(plan: Plan, evidence: TrackerEvidence, win: Win, row: WinEvidence) -> Pairs:
    default = {"Date": PENDING, "Wall-clock": PENDING, "Cumulative speedup": PENDING}
    fields = dict(win.checkpoint) or default
    result = fields.pop("Result", PENDING)
    if told := _told_there(plan, evidence, win):
        fields[f"On {plan.machine}"] = told
    if row.measured is not None:
        measured = row.measured
        fields |= _measured_fields(plan, measured)
        fields["Cumulative speedup"] = joint_text(plan, evidence, win)
        result = one_line(measured.result)
    fields["Result"] = result
    if row.decided is not None:
        fields["Decision"] = _decision_text(row)
    return tuple(fields.items())


def _measured_fields(plan: Plan, measured: Measured) -> dict[str, str]:
    fields = {
        "Date": f"{day(measured.measured_at)} {measured.measured_at:%H:%M} UTC" if measured.measured_at else "unknown"
    }
    fields["Wall-clock"] = f"{_span(measured)} ({_conditions(measured)})"
    if _counts(measured) and measured.speedup is not None:
        fields["Speedup"] = _speedup_text(measured.speedup, measured.low, measured.high)
        fields["Saving"] = f"{100 * (measured.saving or 0):.1f}%"
        if there := projected(plan, measured.speedup):
            fields["Projected wall-clock"] = there
        elif plan.is_of_another_pipeline:
            fields["Analogy"] = analogy(plan)
    else:
        fields["Speedup"] = f"(none: {measured.verdict})"
    if measured.noise_low is not None and measured.noise_high is not None:
        fields["Noise floor"] = f"{measured.noise_low:.3f}-{measured.noise_high:.3f}x (A/A control)"
    fields["Evidence"] = f"{measured.basis}, {measured.blocks} blocks"
    return fields


def _counts(measured: Measured) -> bool:
    return measured.verdict in SAME_ANSWERS


def _span(measured: Measured) -> str:
    if measured.before_seconds is None or measured.after_seconds is None:
        return "unknown"
    return f"{measured.before_seconds:.3f}s → {measured.after_seconds:.3f}s"


def _conditions(measured: Measured) -> str:
    tasks = f", {measured.tasks} tasks" if measured.tasks else ""
    machine = f", machine {measured.machine}" if measured.machine else ""
    return one_line(
        f"{measured.config_before} → {measured.config_after}{tasks}, {measured.cache_state} caches{machine}"
    )


def _speedup_text(speedup: float, low: float | None, high: float | None) -> str:
    return f"{speedup:.3f}x" + (f" (95% {low:.3f}-{high:.3f}x)" if low is not None and high is not None else "")


def projected(plan: Plan, speedup: float) -> str:
    """The seconds there that a speedup would mean, marked as projected.

    Empty where the plan names no baseline, or speaks of another program than the one that was measured.
    """
    if plan.baseline is None or plan.is_of_another_pipeline:
        return ""
    return f"{plan.baseline.seconds / speedup:.3f}s on {plan.machine} (projected, not measured there)"


def analogy(plan: Plan) -> str:
    """What a speedup of another program says about the plan's."""
    return f"measured here on another pipeline than {plan.there}: no projection for it, and no odds"


def _told_there(plan: Plan, evidence: TrackerEvidence, win: Win) -> str:
    """What logs from there say of the win: a measurement, else a run with it against the baseline there."""
    measured, run = evidence.measured_there(win.name), evidence.alone_there(win.name, plan.tasks)
    if measured is not None:
        known = measured.speedup is not None and _counts(measured)
        speedup = f" {_speedup_text(measured.speedup or 1, measured.low, measured.high)}" if known else ""
        return one_line(f"{measured.verdict}{speedup}, {measured.basis}")
    return there_text(plan, evidence, run) if run is not None else ""


def there_text(plan: Plan, evidence: TrackerEvidence, run: ReferenceRun) -> str:
    """The seconds of a run there, and its speedup over the baseline there: separate runs, one against one."""
    before = evidence.baseline_there(plan.tasks)
    seconds, name = (before.wall_seconds, before.name) if before else (None, "the plan's baseline")
    if seconds is None and plan.baseline is not None:
        seconds = plan.baseline.seconds
    against = (
        f", {seconds / (run.wall_seconds or 1):.3f}x against {name} ({seconds:.3f}s), separate runs" if seconds else ""
    )
    return f"{run.wall_seconds:.3f}s in {run.name}{against}"


def _decision_text(row: WinEvidence) -> str:
    made = row.decided
    if made is None:
        return PENDING
    basis = f" on measurement {made.measurement_id}" if made.measurement_id is not None else " without a measurement"
    who = f" by {made.who}" if made.who else ""
    return one_line(f"{made.decision}{who}{basis}{' (forced)' if made.forced else ''}: {made.because}")


def joint_text(plan: Plan, evidence: TrackerEvidence, win: Win) -> str:
    """The speedup of the wins up to this one together, with its source; pending where nothing tells it."""
    if win.name in evidence.decisions("revert"):
        return "reverted: not part of it"
    joint = evidence.joint(frozenset(prefix(plan, evidence, win)))
    if joint is None:
        return PENDING
    return f"{_speedup_text(joint.speedup, joint.low, joint.high)}, {joint_source(joint)}"


def joint_source(joint: Together) -> str:
    """Where a joint speedup comes from, and whether it was measured as such."""
    return joint.source if joint.measured else f"{joint.source}, not measured together"


def entries(plan: Plan, evidence: TrackerEvidence) -> tuple[Entry, ...]:
    """A line of the timeline for each measurement, and for each decision that rests on none, oldest first."""
    dated = [
        (measurement.measured_at, measurement)
        for measurement in evidence.measurements()
        if measurement.measured_at is not None
    ]
    dated.sort(key=lambda pair: (pair[0], pair[1].measurement_id))
    lines = [
        _entry(plan, evidence, plan.win(measured.win), measured, f"{when:%Y-%m-%d %H:%M}") for when, measured in dated
    ]
    lines += [line for win in plan.wins if (line := _decision_entry(win, evidence.win(win.name)))]
    return tuple(sorted(lines, key=lambda entry: entry.moment))


def _decision_entry(win: Win, row: WinEvidence) -> Entry | None:
    """The line of a decision; None where a measurement's line shows it already."""
    made = row.decided
    if made is None or made.decided_at is None or (made.measurement_id is not None and row.measurements):
        return None
    return Entry(
        moment=f"{made.decided_at:%Y-%m-%d %H:%M}",
        number=win.number or 0,
        title=win.title,
        status=_MARKS.get(row.decision, "undecided"),
        notes=_decision_text(row),
    )


def _entry(plan: Plan, evidence: TrackerEvidence, win: Win, measured: Measured, moment: str) -> Entry:
    row = evidence.win(win.name)
    speaks = row.decided is not None and row.decided.measurement_id in (measured.measurement_id, None)
    status = _MARKS.get(row.decision, "") if speaks else ""
    because = row.decided.because if speaks and row.decided else ""
    notes = f"{measured.name} ({_conditions(measured)}): {measured.reason or measured.verdict} {because}"
    return Entry(
        moment=moment,
        number=win.number or 0,
        title=win.title,
        fields=_entry_fields(plan, evidence, win, measured),
        status=status or f"⏳ {measured.verdict}, not decided",
        notes=one_line(notes),
    )


def _entry_fields(plan: Plan, evidence: TrackerEvidence, win: Win, measured: Measured) -> Pairs:
    fields = []
    before, after = measured.before_seconds, measured.after_seconds
    if before is not None and after is not None:
        fields += [("Before", f"{before:.3f}s"), ("After", f"{after:.3f}s")]
    if measured.speedup is None or not _counts(measured):
        return (*fields, ("Speedup", f"none, {measured.verdict}"))
    fields.append(("Speedup", _speedup_text(measured.speedup, measured.low, measured.high)))
    # Of the speedup, as in the checkpoint: the seconds beside it are means, whose own ratio is another number.
    fields.append(("Saving", f"1 - 1/{measured.speedup:.3f} = {100 * (measured.saving or 0):.1f}%"))
    joint = evidence.joint(frozenset(prefix(plan, evidence, win)))
    if joint is not None and measured is evidence.win(win.name).measured and win.name in joint.wins:
        known = plan.baseline if not plan.is_of_another_pipeline else None
        seconds = "" if known is None else f"{known.seconds / joint.speedup:.3f}s projected / "
        fields.append(("Cumulative", f"{seconds}{joint.speedup:.3f}x speedup"))
    return tuple(fields)
