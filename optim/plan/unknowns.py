"""What the evidence does not tell: of one win, and of the plan as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from optim.evidence.records import ANSWERS_DIFFER, TrackerEvidence, WinEvidence
from optim.project.records import Plan

DUE = "due for another look: what its decision rests on was measured before the code changed"


def unknowns(plan: Plan, evidence: TrackerEvidence, attributed: bool) -> Iterator[str]:
    """What the evidence does not tell, a sentence each."""
    for win in plan.wins:
        yield from (f"Quick Win #{win.number}: {what}" for what in missing(evidence.win(win.name), plan.cache_states))
        if evidence.is_due(win.name):
            yield f"Quick Win #{win.number}: {DUE}."
    if not attributed:
        yield "Whether wins do each other's work: no attribution was measured."
    kept = evidence.decisions("keep")
    joint = evidence.joint(frozenset(kept)) if kept else None
    if kept and (joint is None or not joint.measured):
        yield "What the kept wins bring together: they were not measured together."
    tasks = "" if plan.tasks is None else f" of all {plan.tasks} tasks"
    if plan.reference_machine is not None and evidence.confirmed(plan.tasks) is None:
        what = (
            "what is measured here is an analogy"
            if plan.is_of_another_pipeline
            else "every figure for it is a projection"
        )
        yield f"The seconds on {plan.machine}: no clean run{tasks} from there was imported, so {what}."


def missing(row: WinEvidence, cache_states: Sequence[str]) -> Iterator[str]:
    """What a decision about one win lacks, a sentence each; nothing when it stands on settled evidence.

    ``cache_states`` are those in which the project can be measured.
    """
    measured = row.measured
    if measured is None:
        yield "it was not measured: run a measurement of it."
        return
    if measured.verdict == "unresolved":
        span = "" if measured.low is None or measured.high is None else f", {measured.low:.3f}-{measured.high:.3f}x"
        more = "more blocks may settle it" if measured.more_blocks else "more blocks like these may not settle it"
        yield f"{measured.name} is unresolved{span}; {more}."
    elif measured.verdict == "wrong":
        told = "gave wrong answers" if measured.fault == ANSWERS_DIFFER else f"is wrong, {measured.fault}"
        yield f"{measured.name} {told}: that has to be put right before a speed means anything."
    elif measured.verdict == "not comparable":
        yield f"{measured.name} compares what is not alike; measure it again."
    states = {each.cache_state for each in row.measurements}
    for state in cache_states if len(cache_states) > 1 else ():
        if state not in states:
            yield f"it was not measured with {state} caches."
    if row.decided and row.decided.measurement_id and row.decided.measurement_id < measured.measurement_id:
        yield f"{measured.name} is newer than the decision's measurement {row.decided.measurement_id}."
    if row.decided is None or row.decision == "undecided":
        yield "no decision was made."
