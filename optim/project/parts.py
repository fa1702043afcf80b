"""The plan part of a project file, table by table: everything in it may be left out.

Seconds are floats, percents floats of 0-100, ranges ``Range(low=, high=)``. A plan holds claims and targets, never
anything measured; ``contradictions`` computes where its own numbers disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from optim.project.command import CommandProblem, Switch
from optim.project.fields import Fields, PlanProblem
from optim.project.records import (
    FINAL_NEEDS,
    WIN_NEEDS,
    Baseline,
    Checklist,
    ChecklistItem,
    ClaimedCache,
    Compounding,
    Intermediate,
    Machine,
    Plan,
    Section,
    Target,
)
from optim.project.wins import Win, WinProblem, in_order, override
from profiles.configs import WORDS


def read_parts(fields: Fields, wins: tuple[Win, ...], name: str) -> Plan:
    """The plan part of a project file; ``name`` is the project's, which stands for what the plan leaves out.

    ``title``, ``phase`` and ``status`` stand in ``[project]``, and in plans of version 1 at the top of the file.

    Raises:
        PlanProblem: a field can not be what was given, or contradicts another.
    """
    head = fields.optional_table("project") or Fields(fields.file, "project", {})
    texts = {key: head.text(key, default=fields.text(key, default="")) for key in ("title", "phase", "status")}
    for key in ("name", "id"):
        head.text(key, default="")
    head.done()
    phase = texts["phase"] or name
    machines = tuple(_machine(table) for table in fields.tables("machine", default=()))
    reference = _reference(fields, machines)
    plan = Plan(
        file=fields.file,
        title=texts["title"] or f"{phase} Progress Tracker",
        phase=phase,
        status=texts["status"],
        wins=wins,
        reference_machine=reference["reference_machine"],
        reference_pipeline=reference["reference_pipeline"],
        machines=machines,
        earlier=fields.pairs("earlier"),
        origin_seconds=_one(fields, "origin", "seconds", Fields.number),
        baseline=_baseline(fields) or _baseline_there(machines, reference["reference_machine"]),
        target=_target(fields) or _target_there(machines, reference["reference_machine"]),
        intermediate=_intermediate(fields, len(wins)),
        compounding=_compounding(fields),
        speedup_formula=_one(fields, "formula", "speedup", Fields.text),
        checklists=tuple(_checklist(table) for table in fields.tables("checklist", default=())),
        insights=tuple(_insight(table) for table in fields.tables("insight", default=())),
        success=tuple(_success(table) for table in fields.tables("success", default=())),
        notes=_one(fields, "notes", "lines", Fields.texts) or (),
    )
    _check_caches(plan)
    _check_target(plan)
    return plan


def _one(fields: Fields, table: str, name: str, read: Callable[[Fields, str], Any]) -> Any:
    """The one field of an optional table; None where the table is not there."""
    part = fields.optional_table(table)
    if part is None:
        return None
    value = read(part, name)
    part.done()
    return value


def _machine(fields: Fields) -> Machine:
    machine = Machine(
        name=fields.text("name"),
        baseline_seconds=fields.number("baseline_seconds", default=None),
        target_seconds=fields.range("target_seconds", default=None),
    )
    fields.done()
    return machine


def _reference(fields: Fields, machines: tuple[Machine, ...]) -> dict[str, str | None]:
    """The pipeline and the machine of which the plan speaks."""
    older = fields.text("reference_machine", default="") or None
    first = machines[0].name if machines else None
    part = fields.optional_table("reference")
    if part is None:
        return {"reference_machine": older or first, "reference_pipeline": None}
    machine = part.text("machine", default="") or older or first
    pipeline = part.text("pipeline", default="") or None
    part.done()
    return {"reference_machine": machine, "reference_pipeline": pipeline}


def _there(machines: tuple[Machine, ...], name: str | None) -> Machine | None:
    return next((machine for machine in machines if machine.name == name), None)


def _baseline_there(machines: tuple[Machine, ...], name: str | None) -> Baseline | None:
    machine = _there(machines, name)
    if machine is None or machine.baseline_seconds is None:
        return None
    return Baseline(name=machine.name, seconds=machine.baseline_seconds)


def _target_there(machines: tuple[Machine, ...], name: str | None) -> Target | None:
    machine = _there(machines, name)
    return None if machine is None or machine.target_seconds is None else Target(seconds=machine.target_seconds)


def _baseline(whole: Fields) -> Baseline | None:
    fields = whole.optional_table("baseline")
    if fields is None:
        return None
    baseline = Baseline(
        name=fields.text("name", default=""),
        date=fields.day("date", default=None),
        seconds=fields.number("seconds"),
        tasks=fields.whole("tasks", least=1, default=None),
        solvers=fields.whole("solvers", least=1, default=None),
        errors=fields.whole("errors", default=None),
        overhead_percent=fields.number("overhead_percent", below=100, default=None),
        saving_percent=fields.number("saving_percent", above=-1000, below=100, default=None),
        caches=tuple(_cache(table) for table in fields.tables("cache", default=())),
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


def _target(whole: Fields) -> Target | None:
    fields = whole.optional_table("target")
    if fields is None:
        return None
    target = Target(
        seconds=fields.range("seconds"),
        speedup=fields.range("speedup", default=None),
        saving_percent=fields.range("saving_percent", below=100, default=None),
    )
    fields.done()
    return target


def _intermediate(whole: Fields, wins: int) -> Intermediate | None:
    fields = whole.optional_table("intermediate")
    if fields is None:
        return None
    part = Intermediate(
        wins=fields.range("wins", below=wins + 1),
        speedup=fields.number("speedup"),
        seconds=fields.number("seconds"),
    )
    fields.done()
    return part


def _compounding(whole: Fields) -> Compounding | None:
    fields = whole.optional_table("compounding")
    if fields is None:
        return None
    part = Compounding(
        each_percent=fields.number("each_percent", below=100),
        wins=fields.whole("wins", least=1, most=100),
        total_percent=fields.number("total_percent", below=100),
    )
    fields.done()
    return part


def read_wins(fields: Fields, declared: Mapping[str, Win] | None, switched: bool) -> tuple[Win, ...]:
    """All wins of the project: those of the file, and those that the pipeline declares beyond it.

    Args:
        declared: the built-in pipeline's, by name; the file overrides what they say of themselves. None: any name.
        switched: each win needs a switch.

    Raises:
        PlanProblem: a field of a win can not be what was given.
    """
    planned = [_win(table, declared, switched) for table in fields.tables("win", default=())]
    numbers = [str(win.number) for win in planned if win.number is not None]
    for what, given in (("name", [win.name.lower() for win in planned]), ("number", numbers)):
        twice = next((name for name in given if given.count(name) > 1), None)
        if twice is not None:
            raise PlanProblem(f"{fields.file}: win.{what} {twice} was given twice; every win needs its own {what}")
    _check_names(fields.file, [win.name for win in planned])
    names = {win.name for win in planned}
    # Without numbers the wins keep the order of the file.
    first = [win.replace(number=win.number or at) for at, win in enumerate(planned, 1)] if not numbers else planned
    return in_order([*first, *(win for win in (declared or {}).values() if win.name not in names)])


def _check_names(file: str, names: list[str]) -> None:
    """Refuses a name that reads as one win less another: ``all-a-b`` would mean two things."""
    for name in names:
        for at in (place for place, letter in enumerate(name) if letter == "-"):
            if {name[:at], name[at + 1 :]} <= {*names, *WORDS}:
                raise PlanProblem(
                    f"{file}: win.name {name} also reads as {name[:at]} without {name[at + 1 :]}; call one of them "
                    f"otherwise, such as {name.replace('-', '_')}"
                )


def _win(fields: Fields, declared: Mapping[str, Win] | None, switched: bool) -> Win:
    name = fields.text("name") if declared is None else fields.one_of("name", tuple(declared), "a win")
    given = {
        "name": name,
        "number": fields.whole("number", least=1, most=999, default=None),
        "title": fields.text("title", default=""),
        "label": fields.text("label", default=""),
        "colour": fields.text("colour", default=""),
        "sign": fields.text("sign", default=""),
        "addresses": tuple(tuple(path.split("/")) for path in fields.texts("addresses", default=())),
        "target_percent": fields.range("target_percent", below=100, default=None),
        "hours": fields.range("hours", default=None),
        "implementation": fields.text("implementation", default=""),
        "hypothesis": fields.text("hypothesis", default=""),
        "cache": fields.text("cache", default=""),
        "status": fields.text("status", default=""),
        "built": _built(fields),
        "checkpoint": fields.pairs("checkpoint"),
        "planned": True,
        **{key: _switch(fields, key) for key in ("on", "off")},
    }
    if switched and given["on"] is None and given["off"] is None:
        fields.refuse("on", "nothing (the field is missing)", 'what switches it on, such as { args = ["--fast"] }')
    fields.done()
    try:
        return override((declared or {}).get(name), given)
    except WinProblem as problem:
        raise PlanProblem(f"{fields.file}: {problem}") from problem


def _switch(whole: Fields, key: str) -> Switch | None:
    fields = whole.optional_table(key)
    if fields is None:
        return None
    try:
        switch = Switch(args=fields.raw("args", ()), env=fields.raw("env", {}), ref=fields.raw("ref"))
    except CommandProblem as problem:
        raise PlanProblem(f"{fields.file}: {fields.where}.{problem}") from problem
    fields.done()
    if switch.empty:
        whole.refuse(key, "an empty table", 'a switch, such as { args = ["--fast"] } or { env = { FAST = "1" } }')
    return switch


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
    items = tuple(_item(table, known) for table in fields.tables("items"))
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


def _check_caches(plan: Plan) -> None:
    caches = [cache.name for cache in plan.baseline.caches] if plan.baseline else []
    for win in plan.planned:
        if win.cache is not None and win.cache not in caches:
            known = ", ".join(caches) or "none (the baseline names no cache)"
            raise PlanProblem(f"{plan.file}: win {win.name}: cache must be one of {known}, got {win.cache}")


def _check_target(plan: Plan) -> None:
    base, target = plan.baseline, plan.target
    if base is not None and target is not None and target.seconds.high >= base.seconds:
        raise PlanProblem(
            f"{plan.file}: target.seconds must lie below baseline.seconds ({base.seconds:g}), got {target.seconds}"
        )
