"""What is left: per win and for the target what the evidence lacks, and the one thing to do next about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from optim.evidence.factorial import MOST_WINS
from optim.evidence.records import BLOCKS, TrackerEvidence, WinEvidence
from optim.plan.unknowns import DUE, missing
from optim.project.records import Plan
from profiles.configs import NONE
from services.account import Account
from services.continuing import arguments_to_go_on
from services.deciding import beside_kept, proposal
from services.project import Project

MEASURE, MORE, DECIDE, ATTRIBUTE, IMPORT, REPORT = ("measure", "more", "decide", "attribute", "import", "report")
_NOTHING = "it was not measured"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Something that is left to do.

    ``wins`` are the names of those concerned, none where it is the whole plan. ``lacks`` says what is missing, a clause
    each; ``act`` what to do about it, ``arguments`` the same as arguments of ``quickwin``. ``configs`` are what is to
    be measured, as a person types them, ``measurement`` which one is to be gone on with.
    """

    wins: tuple[str, ...] = ()
    lacks: tuple[str, ...]
    act: str
    arguments: tuple[str, ...]
    configs: tuple[str, str] | None = None
    cache_state: str = "cold"
    measurement: int | None = None


def what_is_left(account: Account) -> tuple[Step, ...]:
    """Everything that is left, the wins first; wins that lack the same are one step."""
    steps = [step for win in account.plan.wins if (step := of_win(account, win.name))]
    grouped = list(_grouped(steps, _attribute(account)))
    attributing = any(step.act == ATTRIBUTE for step in grouped)
    return (*grouped, *(step for step in _of_target(account) if not (attributing and step.act == ATTRIBUTE)))


def of_win(account: Account, name: str) -> Step | None:
    """What is left to do about a win; None where its decision stands on settled evidence."""
    row, evidence = account.evidence.win(name), account.evidence
    lacks = tuple(clause.rstrip(".") for clause in missing(row, account.plan.cache_states))
    if evidence.is_due(name):
        lacks = (*lacks, DUE)
    return _step(account.project, row, evidence, lacks) if lacks else None


def _step(project: Project, row: WinEvidence, evidence: TrackerEvidence, lacks: tuple[str, ...]) -> Step:
    basis = row.measured
    if basis is None:
        return _measure(project, row, evidence, (_NOTHING,))
    cold_only = "warm" not in project.plan.cache_states or "warm" in {
        measured.cache_state for measured in row.measurements
    }
    waits = basis.verdict == "unresolved" and (row.decision == "undecided" or cold_only)
    if waits and basis.grade == BLOCKS and not evidence.is_due(row.win):
        kind, number = "attribution" if basis.attributed else "pair", basis.measurement_id
        more = arguments_to_go_on(kind, number, blocks=basis.blocks, wanted=basis.more_blocks)
        return Step(wins=(row.win,), lacks=lacks, act=MORE, arguments=more, measurement=number)
    # Runs that were made elsewhere, or one by one, do not go on here.
    if waits or basis.verdict == "not comparable" or evidence.is_due(row.win):
        return _measure(project, row, evidence, lacks)
    if row.decision == "undecided":
        held = proposal(row)
        arguments = ("decide", row.win, "keep" if held == "undecided" else held, "--because", "...")
        return Step(wins=(row.win,), lacks=lacks, act=DECIDE, arguments=arguments)
    if any("newer than the decision" in clause for clause in lacks):
        return Step(wins=(row.win,), lacks=lacks, act=DECIDE, arguments=("decide", row.win))
    return _measure(project, row, evidence, lacks, warm=not cold_only)


def _measure(
    project: Project, row: WinEvidence, evidence: TrackerEvidence, lacks: tuple[str, ...], warm: bool = False
) -> Step:
    """A measurement of the win beside those that are kept."""
    before, after = (project.label(config) for config in beside_kept(row.win, evidence.decisions("keep")))
    arguments = ("measure", before, after, *(("--warm",) if warm else ()))
    return Step(
        wins=(row.win,),
        lacks=lacks,
        act=MEASURE,
        arguments=arguments,
        configs=(before, after),
        cache_state="warm" if warm else "cold",
    )


def attributable(project: Project, evidence: TrackerEvidence) -> tuple[str, ...]:
    """The wins that an attribution is of: all, or of more than it can tell apart those that may be kept.

    Where these are too many still, the first of them.
    """
    if len(project.names) <= MOST_WINS:
        return tuple(project.names)
    wrong = {row.win for row in evidence.wins if row.measured and row.measured.verdict == "wrong"}
    out = {*evidence.decisions("revert"), *wrong}
    return tuple(win for win in project.names if win not in out)[:MOST_WINS]


def _attribute(account: Account) -> tuple[str, ...]:
    wins = attributable(account.project, account.evidence)
    return ("attribute",) if len(wins) == len(account.project.names) else ("attribute", "--wins", ",".join(wins))


def _grouped(steps: Iterable[Step], attributing: tuple[str, ...]) -> Iterator[Step]:
    """Wins that lack the same and wait for the same are one step: to be measured together, or to be decided about."""
    groups: dict[tuple[object, ...], list[Step]] = {}
    for step in steps:
        alone = step.act == MORE or (step.act == MEASURE and step.lacks != (_NOTHING,))
        key = (step.wins,) if alone else (step.act, step.lacks)
        groups.setdefault(key, []).append(step)
    for group in groups.values():
        first = group[0]
        if len(group) == 1:
            yield first
            continue
        wins = tuple(name for step in group for name in step.wins)
        together = first.act == MEASURE
        act, arguments = (ATTRIBUTE, attributing) if together else (first.act, ("decide",))
        yield replace(first, wins=wins, act=act, arguments=arguments, configs=None)


def _of_target(account: Account) -> Iterator[Step]:
    """What is left besides the single wins: the kept together, what divides the seconds, the run there, the results."""
    plan, evidence = account.plan, account.evidence
    kept = evidence.decisions("keep")
    joint = evidence.joint(frozenset(kept)) if kept else None
    if len(kept) > 1 and (joint is None or not joint.measured):
        configs = (NONE, "kept")
        lacks = ("the wins that are kept were not measured together",)
        yield Step(lacks=lacks, act=MEASURE, arguments=("measure", *configs), configs=configs)
    measured = any(row.measurements for row in evidence.wins)
    if account.attribution is None and measured and len(plan.wins) > 1:
        yield Step(
            lacks=("whether wins do each other's work is not known: no attribution was measured",),
            act=ATTRIBUTE,
            arguments=_attribute(account),
        )
    yield from _there(plan, evidence)
    needs = {item.needs for group in plan.checklists for item in group.items}
    if "results" in needs and evidence.results_file is None:
        yield Step(lacks=("the results are not written down",), act=REPORT, arguments=("report",))


def _there(plan: Plan, evidence: TrackerEvidence) -> Iterator[Step]:
    """The run that shows whether the target is reached, on the machine of which the plan speaks."""
    if plan.reference_machine is None or evidence.confirmed(plan.tasks) is not None:
        return
    whose = "" if plan.reference_pipeline is None else f" of {plan.reference_pipeline}"
    size = "" if plan.tasks is None else f" over all {plan.tasks} tasks"
    lacks = (f"no clean run{whose} on {plan.machine}{size} is marked as the final one, so the target is open",)
    yield Step(lacks=lacks, act=IMPORT, arguments=("import", "LOG", "--machine", plan.machine, "--as", "final"))
