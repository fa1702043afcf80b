"""Runs beside each other: what may be compared, what is wrong, what may be said.

Both faces and every document ask this module, so that a pair of runs is the same wherever it is looked at. Nothing is
said to be faster before it is known that the two are comparable and gave the same answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from db import queries
from optim.evidence.outcomes import new_faults, obstacles, other_answers
from services.run_facts import RunFacts, Side
from services.wording import count, listed, sentence, shortened

if TYPE_CHECKING:
    from sqlalchemy import Engine

NOT_COMPARABLE, WRONG, UNRESOLVED = "not comparable", "wrong", "unresolved"
#: A list of tasks or packages in a sentence is not longer than this.
_MOST_NAMES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What may be said about two sides.

    ``verdict`` is one of ``optim.evidence.verdicts.VERDICTS``, ``reason`` its sentence, ``measurement`` the one that it
    stands on. ``obstacles`` are all the reasons why they are not comparable. ``differences`` are sentences on what
    differs or is not sure without standing against a comparison. ``speedup`` (before / after) is None wherever a ratio
    of the two would mean nothing; ``low`` and ``high`` are its interval where there is one.
    """

    before: Side
    after: Side
    verdict: str
    reason: str
    obstacles: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    measurement: int | None = None
    speedup: float | None = None
    low: float | None = None
    high: float | None = None


def compare(engine: Engine, before: Side, after: Side) -> Comparison:
    """What may be said about two sides: the measurement of both configs decides where there is one; one pair never."""
    refused = refusal(engine, before, after)
    if refused is not None:
        return refused
    notes = (*differences(before, after), *_unchecked(engine, before, after))
    measured = None if before.single and after.single else judged(engine, before, after)
    if measured is not None:
        number, verdict = measured
        numbers = verdict.interval.to_json() if verdict.interval else {}
        return Comparison(
            before=before, after=after, verdict=verdict.verdict, reason=verdict.text, differences=notes,
            measurement=number, **numbers,
        )  # fmt: skip
    one, two = before.seconds, after.seconds
    speedup = one / two if one and two else None
    reason = _unmeasured(before, after)
    return Comparison(before=before, after=after, verdict=UNRESOLVED, reason=reason, differences=notes, speedup=speedup)


def _unmeasured(before: Side, after: Side) -> str:
    if before.single and after.single:
        return (
            "One pair of runs can not resolve which is faster: nobody knows how much either would differ from itself."
        )
    return "These runs were not made in interleaved blocks: what else the machine did meanwhile is in the difference."


def refusal(engine: Engine, before: Side, after: Side) -> Comparison | None:
    """``not comparable`` or ``wrong``, held against the first run before; None when neither."""
    first = before.runs[0]
    for run in (*before.runs[1:], *after.runs):
        reasons = against(first, run)
        if reasons:
            return Comparison(
                before=before, after=after, verdict=NOT_COMPARABLE, reason=sentence(reasons[0]),
                obstacles=tuple(sentence(reason) for reason in reasons), differences=differences(before, after),
            )  # fmt: skip
    steady = not _unchecked(engine, before, after)
    for run in after.runs:
        reason = wrong(engine, first, run) if steady else new_faults(first.outcome, run.outcome)
        if reason is not None:
            reason_said = sentence(f"not a faster run but a wrong one: {reason}")
            notes = differences(before, after)
            return Comparison(before=before, after=after, verdict=WRONG, reason=reason_said, differences=notes)
    return None


def against(before: RunFacts, after: RunFacts) -> list[str]:
    """Everything that stands against comparing two runs, a clause each."""
    differing = obstacles(before.outcome, after.outcome, (before.name, after.name))
    if before.pipeline and after.pipeline and before.pipeline != after.pipeline:
        programs = f"{before.pipeline} and {after.pipeline}"
        return [f"the pipeline differs ({programs}): seconds of two programs can not be compared", *differing]
    return differing


def wrong(engine: Engine, before: RunFacts, after: RunFacts) -> str | None:
    """What is wrong in the second run, in a clause; None when nothing is, or when no answers were recorded."""
    if reason := new_faults(before.outcome, after.outcome):
        return reason
    if before.outcome.results_fingerprint is None or after.outcome.results_fingerprint is None:
        return None
    reason = other_answers(before.outcome, after.outcome)
    return reason if reason is None else reason + _in_timeouts(engine, before, after)


def _unchecked(engine: Engine, before: Side, after: Side) -> list[str]:
    """Said where the first side's answers are known to differ from run to run: they show nothing about another's."""
    known = {run.outcome.results_fingerprint for run in before.runs} - {None}
    other = {run.outcome.results_fingerprint for run in after.runs} - {None} - known
    if len(known) == 1 and other:
        known = known.union(*(queries.answers_beside(engine, run.id) for run in before.runs))
    name = before.config or before.name
    return [f"Answers not checked: those of {name} differ from run to run."] if len(known) > 1 else []


def _in_timeouts(engine: Engine, before: RunFacts, after: RunFacts) -> str:
    """Said behind other answers where all tasks that show a difference had timeouts; else nothing."""
    if not (before.outcome.timeouts or after.outcome.timeouts):
        return ""
    one, two = (queries.task_outcomes(engine, run.id) for run in (before, after))
    nothing = (0, ())
    tasks = dict.fromkeys([*one, *two])
    differing = [task for task in tasks if one.get(task, nothing)[1] != two.get(task, nothing)[1]]
    timed_out = {task for side in (one, two) for task, (timeouts, _) in side.items() if timeouts}
    if not differing or not set(differing) <= timed_out:
        return ""
    return f"; they differ only in {count(len(differing), 'task')} with timeouts ({_named(differing)})"


def _named(names: Sequence[str]) -> str:
    shown = [shortened(name) for name in names[:_MOST_NAMES]]
    more = len(names) - len(shown)
    return listed([*shown, *([f"{more} more"] if more else [])])


def differences(before: Side, after: Side) -> tuple[str, ...]:
    """Sentences on what differs, or is not sure, without standing against a comparison."""
    one, two = before.runs[0], after.runs[0]
    sentences = []
    if one.python and two.python and one.python != two.python:
        sentences.append(f"Python differs ({one.name}: {one.python}, {two.name}: {two.python}).")
    if one.packages and two.packages and one.packages != two.packages:
        sentences.append(_packages(one, two))
    if one.workers != two.workers:
        sentences.append(f"The number of workers differs ({one.name}: {one.workers}, {two.name}: {two.workers}).")
    for run in (*before.runs[:1], *after.runs[:1]):
        if run.stated:
            names = listed(name.replace("_", " ") for name in run.stated)
            sentences.append(f"Of {run.name} this is stated, not read: {names}.")
    unchecked = [run.name for run in (one, two) if run.outcome.results_fingerprint is None]
    if unchecked:
        sentences.append(f"Answers not checked: none were recorded of {listed(unchecked)}.")
    return tuple(sentences)


def _packages(run_facts: RunFacts, two: RunFacts) -> str:
    first, second = run_facts.packages, two.packages
    differing = [
        f"{name} {first.get(name, 'missing')} and {second.get(name, 'missing')}"
        for name in sorted({*first, *second})
        if first.get(name) != second.get(name)
    ]
    verb = "differs" if len(differing) == 1 else "differ"
    return f"{count(len(differing), 'package')} of {run_facts.name} and {two.name} {verb} ({_named(differing)})."


def judged(engine: Engine, before: Side, after: Side) -> tuple[int, Any] | None:
    """The newest measurement that holds both configs in the place of the first run, and its verdict: of all
    measurements of its question together, where there are several."""
    from optim.evidence import assembly, verdicts  # numpy

    first = before.runs[0].outcome
    if not before.config or not after.config or first.workload is None:
        return None
    known = measured(engine, before.config, after.config, first.workload, first.cache_state)
    if known is None:
        return None
    number, blocks = known
    if (together := _pooled(engine, number, before.config)) is not None:
        return number, together
    rows = verdicts.blocks_from_rows(assembly.rows(blocks))
    return number, verdicts.judge(rows, cache_state=first.cache_state)


def _pooled(engine: Engine, number: int, before: str) -> Any | None:
    """The verdict of all measurements of one's question; None where it is the only one."""
    from optim.evidence.pooling import pool_of, question  # numpy

    pairs = {
        measurement.id: measurement for measurement in queries.ended_measurements(engine) if measurement.kind == "pair"
    }
    if number not in pairs:
        return None
    configs = _configs(pairs[number])
    ended = [pair for pair in pairs.values() if _configs(pair) == configs]
    blocks = queries.blocks_by_measurement(engine, [measurement.id for measurement in ended])
    questions = {measurement.id: question(measurement.spec, blocks[measurement.id]) for measurement in ended}
    asked = questions.get(number)
    group = [measurement for measurement in ended if asked is not None and questions[measurement.id] == asked]
    if len(group) < 2:
        return None
    attempts = queries.attempts_by_measurement(engine, [measurement.id for measurement in group])
    rows = [{"id": measurement.id, "spec": measurement.spec} for measurement in group]
    whole = pool_of(rows, blocks, attempts, before)
    return replace(whole.verdict, reason=whole.text, notes=())


def _configs(measurement: queries.Measurement) -> set[str]:
    return {str(arm.get("config")) for arm in measurement.spec.get("arms", ())}


def measured(engine: Engine, before: str, after: str, workload: str | None, cache_state: str) -> tuple[int, Any] | None:
    """The newest measurement that holds both configs in the same place as (its number, its runs); None without one.

    The runs have the columns of ``db.queries.blocks``, with the arms called A and B for before and after.
    """
    known = queries.measurements(engine, limit=200)
    known = known[known["cache_state"] == cache_state]
    for number, written in zip(known["id"], known["arms"], strict=True):
        if not {before, after} <= {arm.partition("=")[2] for arm in written.split(", ")}:
            continue
        arms = _arms(queries.blocks(engine, int(number)), before, after)
        if arms is not None and (workload is None or (arms["workload"] == workload).all()):
            return int(number), arms
    return None


def _arms(blocks: Any, before: str, after: str) -> Any | None:
    """The blocks with one arm of each config, called A and B; None where one is missing. The control arm is no side."""
    first = blocks[blocks["config"] == before]
    arms = sorted(first["arm"].unique(), key=lambda arm: (arm != before, len(arm), arm))
    second = blocks[(blocks["config"] == after) & ~blocks["arm"].isin(arms[:1])]
    others = sorted(second["arm"].unique(), key=lambda arm: (arm != after, len(arm), arm))
    if not arms or not others:
        return None
    names = {arms[0]: "A", others[0]: "B"}
    if before != after and len(arms) > 1 and len(others) > 1:
        names |= {arms[1]: "A2", others[1]: "B2"}
    return blocks[blocks["arm"].isin(names)].assign(arm=lambda frame: frame["arm"].map(names))
