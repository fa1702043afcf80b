"""The plan: baseline, origin, target, and the wins with their target ranges, read from ``optim/arc/plan.toml``.

Seconds are floats, percents floats of 0-100, ranges ``Range(low=, high=)``. A plan holds claims and targets, never
anything measured; ``contradictions`` computes where its own numbers disagree.

Errors:
    PlanProblem (a ValueError): the file can not be read as a plan; one sentence says where and what would work.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from optim.project.fields import Fields, PlanProblem, Range
from optim.project.records import (
    FINAL_NEEDS,
    NEEDS,
    WIN_NEEDS,
    Baseline,
    Checklist,
    ChecklistItem,
    ClaimedCache,
    Compounding,
    Intermediate,
    Plan,
    Section,
    Target,
)
from optim.project.wins import Win, WinProblem, in_order, override

__all__ = [
    "NEEDS",
    "Baseline",
    "Checklist",
    "ChecklistItem",
    "ClaimedCache",
    "Compounding",
    "Intermediate",
    "Plan",
    "PlanProblem",
    "Range",
    "Section",
    "Target",
    "load_plan",
    "plan_path",
    "read_plan",
]


def plan_path(path: str | Path | None = None) -> Path:
    """``path``, else ``QUICKWIN_PLAN``, else the worked example's."""
    chosen = path or os.environ.get("QUICKWIN_PLAN") or Path(__file__).parents[1] / "arc" / "plan.toml"
    return Path(chosen)


def load_plan(path: str | Path | None = None, declared: Mapping[str, Win] | None = None) -> Plan:
    """The plan in the file of ``plan_path(path)``.

    Args:
        declared: the pipeline's own wins by name, where it has some; the plan overrides what they say of themselves.

    Raises:
        PlanProblem: it can not be read, is no TOML, or a field is missing, misspelt, impossible or contradictory.
    """
    file = plan_path(path)
    try:
        return read_plan(file.read_text("utf-8"), file.name, declared)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PlanProblem(
            f"the plan {file} can not be read ({reason}); QUICKWIN_PLAN or --plan names the file"
        ) from error
    except UnicodeDecodeError as error:
        raise PlanProblem(f"{file.name}: not UTF-8 text at byte {error.start}; save it as UTF-8") from error


def read_plan(text: str, file: str = "plan.toml", declared: Mapping[str, Win] | None = None) -> Plan:
    """The plan that the TOML ``text`` says; ``file`` is the name for the errors, ``declared`` as in ``load_plan``.

    Raises:
        PlanProblem: as ``load_plan``.
    """
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise PlanProblem(f"{file}: not TOML: {error}; the plan that comes with Quickwin shows the form") from error
    fields = Fields(file, "", table)
    plan = _plan(fields, declared)
    fields.done()
    _check_wins(plan)
    _check_target(plan)
    return plan


def _plan(fields: Fields, declared: Mapping[str, Win] | None) -> Plan:
    wins = _wins(fields, declared)
    origin, formula, notes = (fields.table(name) for name in ("origin", "formula", "notes"))
    plan = Plan(
        file=fields.file,
        title=fields.text("title"),
        phase=fields.text("phase"),
        status=fields.text("status"),
        reference_machine=fields.text("reference_machine"),
        earlier=fields.pairs("earlier"),
        origin_seconds=origin.number("seconds"),
        baseline=_baseline(fields.table("baseline")),
        target=_target(fields.table("target")),
        intermediate=_intermediate(fields.table("intermediate"), len(wins)),
        compounding=_compounding(fields.table("compounding")),
        speedup_formula=formula.text("speedup"),
        wins=wins,
        checklists=tuple(_checklist(one) for one in fields.tables("checklist")),
        insights=tuple(_insight(one) for one in fields.tables("insight")),
        success=tuple(_success(one) for one in fields.tables("success")),
        notes=notes.texts("lines"),
    )
    for part in (origin, formula, notes):
        part.done()
    return plan


def _baseline(fields: Fields) -> Baseline:
    baseline = Baseline(
        name=fields.text("name"),
        date=fields.day("date"),
        seconds=fields.number("seconds"),
        tasks=fields.whole("tasks", least=1),
        solvers=fields.whole("solvers", least=1),
        errors=fields.whole("errors"),
        overhead_percent=fields.number("overhead_percent", below=100),
        saving_percent=fields.number("saving_percent", above=-1000, below=100),
        caches=tuple(_cache(one) for one in fields.tables("cache")),
    )
    fields.done()
    return baseline


def _cache(fields: Fields) -> ClaimedCache:
    lookups = fields.whole("lookups", least=1)
    cache = ClaimedCache(
        name=fields.text("name"),
        hits=fields.whole("hits", most=lookups),
        lookups=lookups,
        claimed_percent=fields.number("claimed_percent", above=-1, below=101),
    )
    fields.done()
    return cache


def _target(fields: Fields) -> Target:
    target = Target(
        seconds=fields.range("seconds"),
        speedup=fields.range("speedup"),
        saving_percent=fields.range("saving_percent", below=100),
    )
    fields.done()
    return target


def _intermediate(fields: Fields, wins: int) -> Intermediate:
    part = Intermediate(
        wins=fields.range("wins", below=wins + 1),
        speedup=fields.number("speedup"),
        seconds=fields.number("seconds"),
    )
    fields.done()
    return part


def _compounding(fields: Fields) -> Compounding:
    part = Compounding(
        each_percent=fields.number("each_percent", below=100),
        wins=fields.whole("wins", least=1, most=100),
        total_percent=fields.number("total_percent", below=100),
    )
    fields.done()
    return part


def _wins(fields: Fields, declared: Mapping[str, Win] | None) -> tuple[Win, ...]:
    """All wins of the project: those of the file, and those that the pipeline declares beyond it."""
    planned = [_win(one, declared) for one in fields.tables("win")]
    for what, given in (("name", [win.name for win in planned]), ("number", [str(win.number) for win in planned])):
        twice = next((one for one in given if given.count(one) > 1), None)
        if twice is not None:
            raise PlanProblem(f"{fields.file}: win.{what} {twice} was given twice; every win needs its own {what}")
    names = {win.name for win in planned}
    return in_order([*planned, *(win for win in (declared or {}).values() if win.name not in names)])


def _win(fields: Fields, declared: Mapping[str, Win] | None) -> Win:
    name = fields.text("name") if declared is None else fields.one_of("name", tuple(declared), "a win")
    given = {
        "name": name,
        "number": fields.whole("number", least=1, most=999),
        "title": fields.text("title"),
        "target_percent": fields.range("target_percent", below=100),
        "hours": fields.range("hours"),
        "implementation": fields.text("implementation"),
        "hypothesis": fields.text("hypothesis"),
        "cache": fields.text("cache", default=""),
        "status": fields.text("status", default=""),
        "built": _built(fields),
        "checkpoint": fields.pairs("checkpoint"),
        "planned": True,
    }
    fields.done()
    try:
        return override((declared or {}).get(name), given)
    except WinProblem as problem:
        raise PlanProblem(f"{fields.file}: {problem}") from problem


def _built(fields: Fields) -> tuple[str, ...]:
    text = fields.text("built", default="", lines=True)
    lines = tuple(line.rstrip() for line in text.split("\n") if line.strip())
    stray = next((line for line in lines if not line.lstrip().startswith("- ")), None)
    if stray is not None:
        fields.refuse("built", stray, "a list, each line beginning with '- '")
    return lines


def _checklist(fields: Fields) -> Checklist:
    each_win = fields.flag("each_win")
    known = (*(WIN_NEEDS if each_win else FINAL_NEEDS), "person")
    items = tuple(_item(one, known) for one in fields.tables("items"))
    checklist = Checklist(name=fields.text("name"), each_win=each_win, items=items)
    fields.done()
    return checklist


def _item(fields: Fields, known: tuple[str, ...]) -> ChecklistItem:
    item = ChecklistItem(text=fields.text("text"), needs=fields.one_of("needs", known, "what this list can wait for"))
    fields.done()
    return item


def _insight(fields: Fields) -> Section:
    section = Section(name=fields.text("title"), lines=(fields.text("text"),))
    fields.done()
    return section


def _success(fields: Fields) -> Section:
    section = Section(name=fields.text("name"), lines=fields.texts("criteria"))
    fields.done()
    return section


def _check_wins(plan: Plan) -> None:
    caches = [cache.name for cache in plan.baseline.caches]
    for win in plan.wins:
        if win.cache is not None and win.cache not in caches:
            raise PlanProblem(f"{plan.file}: win {win.name}: cache must be one of {', '.join(caches)}, got {win.cache}")


def _check_target(plan: Plan) -> None:
    if plan.target.seconds.high >= plan.baseline.seconds:
        raise PlanProblem(
            f"{plan.file}: target.seconds must lie below baseline.seconds ({plan.baseline.seconds:g}), "
            f"got {plan.target.seconds}"
        )
