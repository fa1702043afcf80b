"""The results as a document, and the same with charts as one self-contained HTML file.

What people typed (reasons, names) is shown as text, never as Markdown or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from optim.evidence.records import REMARKS, SAME_ANSWERS, Measured, ReferenceRun, TrackerEvidence, WinEvidence
from optim.plan.checklist import ticks
from optim.plan.contradictions import contradictions
from optim.plan.report_html import Chart, html_report
from optim.plan.standing import Standing
from optim.plan.tracker import seconds_text
from optim.plan.tracker_document import one_line
from optim.plan.tracker_wins import there_text
from optim.plan.unknowns import DUE, unknowns
from optim.project.records import Plan
from optim.project.wins import Win

__all__ = ["Chart", "html_report", "plain", "results_document"]

# What Markdown reads as more than text, anywhere in a line and at its beginning.
_SPECIAL = re.compile(
    r"([\\`*\[\]<>|~&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^[#+=-]|(?<=^\d)[.)](?=\s)|(?<=^\d\d)[.)](?=\s))"
)


def plain(text: object) -> str:
    """Text of people or logs as one line of Markdown that shows it as it is."""
    return _SPECIAL.sub(r"\\\1", one_line(str(text)))


def results_document(
    plan: Plan,
    evidence: TrackerEvidence,
    standing: Standing,
    *,
    attribution: Mapping[str, Any] | None = None,
    attribution_name: str = "",
    written_at: datetime | None = None,
) -> str:
    """The results as Markdown.

    Args:
        standing: where the plan stands: projection and odds.
        attribution: what a measurement's verdict holds under ``attribution``; ``attribution_name`` names it.
        written_at: when; left out where None.
    """
    parts = [
        _head(plan, evidence, standing, written_at),
        _start(plan),
        _table(plan, evidence),
        *(_win(plan, win, evidence) for win in plan.wins),
        _attribution(attribution, attribution_name) if attribution else "",
        _outlook(plan, standing),
        _reference(plan, evidence),
        _checklist(plan, evidence),
        _section("Where the Plan's Numbers Disagree", _disagree(plan)),
        _section(
            "What Is Not Known", [plain(unknown) for unknown in unknowns(plan, evidence, attribution is not None)]
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(title: str, lines: Sequence[str], empty: str = "") -> str:
    body = "\n".join(f"- {line}" for line in lines) or empty
    return f"## {title}\n\n{body}" if body else ""


def _head(plan: Plan, evidence: TrackerEvidence, standing: Standing, written_at: datetime | None) -> str:
    when = f"\n\nWritten {written_at:%Y-%m-%d %H:%M} UTC." if written_at else ""
    return f"# {plain(plan.phase)} Results{when}\n\n{_answer(plan, evidence, standing)}"


def _answer(plan: Plan, evidence: TrackerEvidence, standing: Standing) -> str:
    run = standing.reference
    if run is not None and run.wall_seconds:
        return f"**{plain(plan.machine)} took {run.wall_seconds:.3f} s ({run.name}){_held(plan, run.wall_seconds)}.**"
    if standing.now is None:
        return "**No speedup of the wins together is known yet.** " + _counts(plan, evidence)
    every = len(standing.now.wins) == len(plan.wins)
    open_wins = f"all {'' if every else 'planned '}wins together (none is kept yet)"
    what = "what is kept" if standing.now_is_kept else open_wins
    low, high = standing.now.low, standing.now.high
    span = f" ({low:.3f}-{high:.3f}x)" if low is not None and high is not None else ""
    how = standing.now.source + ("" if standing.now.measured else ", not measured together")
    projected = f"{standing.projected.sentence} " if standing.projected else ""
    told = f"{projected}{_counts(plan, evidence)}"
    return f"**{standing.now.speedup:.3f}x{span} with {what}** ({how}). {told}"


def _held(plan: Plan, seconds: float) -> str:
    """The seconds there against the plan's baseline and target, as far as it has them."""
    base, target = plan.baseline, plan.target
    against = "" if base is None else f", {base.seconds / seconds:.2f}x against {seconds_text(base.seconds)} s"
    if target is None:
        return against
    met = "the target is met" if seconds <= target.seconds.high else "the target is not met"
    return f"{against}: {met} ({target.seconds} s)"


def _counts(plan: Plan, evidence: TrackerEvidence) -> str:
    """How many are measured of the wins that the plan speaks of or that somebody measured."""
    measured = {win.name for win in plan.wins if evidence.win(win.name).measured is not None}
    wanted = measured | {win.name for win in plan.planned}
    kept, reverted = len(evidence.decisions("keep")), len(evidence.decisions("revert"))
    return f"{len(measured)} of {len(wanted)} wins measured, {kept} kept, {reverted} reverted."


def _start(plan: Plan) -> str:
    base, target = plan.baseline, plan.target
    lines = [] if plan.origin_seconds is None else [f"Origin: {seconds_text(plan.origin_seconds)} s"]
    if base is not None:
        name = ", ".join(part for part in (plain(base.name), f"{base.date:%Y-%m-%d}" if base.date else "") if part)
        tasks = "" if base.tasks is None else f" for {base.tasks} tasks"
        where = "" if plan.reference_machine is None else f" on {plain(plan.reference_machine)}"
        errors = "" if base.errors is None else f", {base.errors} errors"
        lines.append(f"Baseline{f' ({name})' if name else ''}: {seconds_text(base.seconds)} s{tasks}{where}{errors}")
        if base.overhead_percent is not None:
            lines.append(f"Named overhead: {base.overhead_percent:g}% (the tracker's figure, not measured here)")
    if target is not None:
        span = ""
        if base is not None:
            low, high = base.seconds / target.seconds.high, base.seconds / target.seconds.low
            span = f", which is {low:.2f}-{high:.2f}x"
        lines.append(f"Target: {target.seconds} s{span}")
    return _section("Where It Started", lines)


_COLUMNS = ("#", "win", "verdict", "speedup (95%)", "saving", "target (saving)", "noise floor", "evidence", "decision")


def _table(plan: Plan, evidence: TrackerEvidence) -> str:
    rows = [_COLUMNS, ("---",) * len(_COLUMNS), *(_row(win, evidence.win(win.name)) for win in plan.wins)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    note = "Speedup is before / after, saving 1 - after / before. The noise floor is the same config against itself."
    return f"## Quick Wins\n\n{table}\n\n{note}"


def _row(win: Win, row: WinEvidence) -> tuple[str, ...]:
    measured = row.measured
    known = measured is not None and measured.verdict in SAME_ANSWERS and measured.speedup is not None
    return (
        str(win.number),
        plain(win.title),
        measured.verdict if measured else "not measured",
        _speedup(measured) if measured and known else "-",
        f"{100 * (measured.saving or 0):.1f}%" if measured and known else "-",
        f"{win.target_percent}%" if win.target_percent else "-",
        _noise(measured) if measured else "-",
        measured.basis if measured else "-",
        row.decision,
    )


def _speedup(measured: Measured) -> str:
    span = (
        f" ({measured.low:.3f}-{measured.high:.3f})" if measured.low is not None and measured.high is not None else ""
    )
    return f"{measured.speedup:.3f}x{span}"


def _noise(measured: Measured) -> str:
    if measured.noise_low is None or measured.noise_high is None:
        return "unknown"
    return f"{measured.noise_low:.3f}-{measured.noise_high:.3f}x"


def _win(plan: Plan, win: Win, evidence: TrackerEvidence) -> str:
    row, there = evidence.win(win.name), evidence.measured_there(win.name)
    told = (("Hypothesis", win.hypothesis), ("What it does", win.implementation))
    lines = [f"{name}: {plain(sentence)}" for name, sentence in told if sentence]
    lines += [_measurement(plan, measurement) for measurement in row.measurements] or ["Not measured."]
    lines += [f"On {plain(plan.machine)}: {_measurement(plan, there)}"] if there else []
    lines.append(_decision(row) + (f" ({DUE})" if evidence.is_due(win.name) else ""))
    return f"### Quick Win #{win.number}: {plain(win.title)}\n\n" + "\n".join(f"- {line}" for line in lines)


def _measurement(plan: Plan, measured: Measured) -> str:
    when = f", {measured.measured_at:%Y-%m-%d %H:%M} UTC" if measured.measured_at else ""
    where = f"machine {plain(measured.machine)}" if measured.machine else "machine unknown"
    tasks = f"{measured.tasks} tasks, " if measured.tasks else ""
    sides = f"{plain(measured.config_before)} against {plain(measured.config_after)}"
    head = f"{measured.basis.capitalize()}{when}: {sides}, {tasks}"
    text = f"{head}{measured.cache_state} caches, {measured.blocks} blocks, {where}: **{measured.verdict}**."
    if measured.verdict in SAME_ANSWERS and measured.speedup is not None:
        text += f" {_speedup(measured)}, noise floor {_noise(measured)}"
        base = plan.baseline if not plan.is_of_another_pipeline else None
        text += (
            "." if base is None else f"; projected {base.seconds / measured.speedup:.1f} s on {plain(plan.machine)}."
        )
    return f"{text} {plain(measured.reason)}".rstrip()


def _decision(row: WinEvidence) -> str:
    made = row.decided
    if made is None:
        return "Decision: none yet."
    basis = f"measurement {made.measurement_id}" if made.measurement_id is not None else "no measurement"
    when = f" {made.decided_at:%Y-%m-%d %H:%M} UTC" if made.decided_at else ""
    who = f" by {plain(made.who)}" if made.who else ""
    forced = ", forced" if made.forced else ""
    return f"Decision: **{made.decision}**{who}{when} on {basis}{forced}: {plain(made.because)}"


def _attribution(attribution: Mapping[str, Any], name: str) -> str:
    total = attribution.get("total", {})
    head = (
        f"{attribution.get('baseline_seconds', 0):.3f} s with none, "
        f"{attribution.get('all_on_seconds', 0):.3f} s with all wins "
        f"({_estimate(total, 'speedup', 'x')}), over {attribution.get('blocks', 0)} blocks ({plain(name)}). "
        "The seconds saved add up to the difference (Shapley)."
    )
    rows = [("win", "seconds saved (95%)"), ("---", "---")]
    rows += [(plain(share["win"]), _estimate(share, "seconds", " s")) for share in attribution.get("shapley", ())]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    remarks = [plain(remark["sentence"]) for kind in REMARKS for remark in attribution.get(kind, ())]
    best = attribution.get("best")
    if best:
        known = {config["config"]: config["measured"] for config in attribution.get("configs", ())}
        how = "" if known.get(best["config"], True) else " by the model, not measured"
        remarks.append(f"Best config: {plain(best['config'])}, {best['seconds']:.3f} s{how}")
    return f"## Attribution\n\n{head}\n\n{table}\n\n" + "\n".join(f"- {remark}" for remark in remarks)


def _estimate(estimate: Mapping[str, Any], name: str, unit: str) -> str:
    value, low, high = estimate.get(name), estimate.get("low"), estimate.get("high")
    if value is None:
        return "unknown"
    return f"{value:.3f}{unit}" + (f" ({low:.3f} to {high:.3f})" if low is not None and high is not None else "")


def _outlook(plan: Plan, standing: Standing) -> str:
    odds = standing.odds
    lines = [standing.projected.sentence] if standing.projected else []
    if plan.is_of_another_pipeline and standing.now is not None:
        lines.append(_analogy(plan))
    if odds is None:
        return _section("Projection and Odds", lines)
    lines.append(odds.sentence)
    lines.append(
        f"The odds rest on {', '.join(map(plain, odds.measured)) or 'nothing'} as measured and "
        f"{', '.join(map(plain, odds.planned)) or 'nothing'} as planned. "
        + (
            f"Of {odds.calibrated_on} earlier plans, {odds.realization:.2f} of the planned gain is taken to come true."
            if odds.calibrated_on
            else "No earlier plan is known that could tell how much of one comes true."
        )
    )
    return _section("Projection and Odds", lines)


def _analogy(plan: Plan) -> str:
    """What is measured here, beside a plan of another program."""
    return (
        f"The plan speaks of {plain(plan.there)}; another pipeline was measured here. There are no odds for it: logs "
        "from there, marked as its baseline or final run, tell."
    )


def _reference(plan: Plan, evidence: TrackerEvidence) -> str:
    lines = [
        f"{run.name.capitalize()} ({plain(run.label)}): {run.status}, "
        + (f"{run.wall_seconds:.3f} s, " if run.wall_seconds is not None else "no wall-clock, ")
        + f"{run.tasks if run.tasks is not None else 'unknown'} tasks, {run.errors} errors, {run.timeouts} timeouts, "
        f"{run.cache_state} caches" + _ratio_there(plan, evidence, run)
        for run in evidence.reference
    ]
    return _section(f"Runs on {plain(plan.machine)}", lines, "None was imported." if plan.reference_machine else "")


def _ratio_there(plan: Plan, evidence: TrackerEvidence, run: ReferenceRun) -> str:
    """A clean run of wins there against the baseline there."""
    if not run.clean or not run.wall_seconds or run.config in (None, "none"):
        return ""
    return f"; {plain(run.config)}: {plain(there_text(plan, evidence, run))}"


def _checklist(plan: Plan, evidence: TrackerEvidence) -> str:
    lines = [
        f"{'✅' if tick.ticked else '☐'} {plain(tick.text)}" + (f" ({plain(tick.evidence)})" if tick.evidence else "")
        for tick in ticks(plan, evidence)
    ]
    return _section("Testing Checklist", lines)


def _disagree(plan: Plan) -> list[str]:
    return [
        f"{contradiction.severity.title()}: {plain(contradiction.claimed)}; but {plain(contradiction.follows)}"
        for contradiction in contradictions(plan)
    ]
