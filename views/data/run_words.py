"""What one run says, in sentences of Markdown; whatever a log or a person wrote is escaped."""

from __future__ import annotations

from typing import Any

import pandas as pd

from profiles.breakdown import IDLE, UNACCOUNTED, WORKER_SECONDS
from views import configs, palette, text
from views.data.phases import Parts
from views.frames import rows

_GRAVE = ("error", "warning")


def outcome(run: dict[str, Any]) -> str:
    """What it did: seconds, work, answers, errors; ``run`` is its row."""
    wall = "no wall-clock time" if run["wall_seconds"] is None else f"**{text.seconds(run['wall_seconds'])}**"
    work = f" for {text.count(run['tasks'], 'task')}" if run["tasks"] else ""
    name = None if run["config"] is None else text.escape(configs.typed(run["config"]))
    config = "its config is unknown" if name is None else f"with **{name}**"
    caches = "" if run["cache_state"] == "unknown" else f", {run['cache_state']} caches"
    workers = "" if run["workers"] == 1 else f", {run['workers']} workers"
    return f"{wall}{work}, {config}{caches}{workers}. {answers(run)}{standing(run)}"


def answers(run: dict[str, Any]) -> str:
    """Solved tasks, errors and timeouts."""
    if not run["tasks"]:
        return ""
    solved = f"{run['solved']} of {text.count(run['tasks'], 'task')} solved, " if run["solved"] else ""
    failed = f", **{text.count(run['failed'], 'failed task')}**" if run["failed"] else ""
    return f"{solved}{text.count(run['errors'], 'error')}, {text.count(run['timeouts'], 'timeout')}{failed}."


def standing(run: dict[str, Any]) -> str:
    """What keeps it from being evidence, if anything."""
    sentence = {
        "running": " It is **still running**: this is what it has so far.",
        "interrupted": " It was **interrupted**: this is what it had until then.",
        "failed": " It **failed**.",
    }.get(run["status"], "")
    if run["profiled"]:
        sentence += " It was **profiled**, which slows it down unevenly, so it is never used as evidence."
    return sentence


def made_of(run: dict[str, Any], parts: Parts) -> str:
    """What the run is made of: the overhead's share, the largest phase, what no phase covers."""
    if len(parts.nodes) <= 1 or not parts.whole:
        return "It has no phases whose seconds cover the whole run, so what it is made of is not known."
    categories = parts.by_category().set_index("category")["seconds"]
    return " ".join(
        sentence
        for sentence in (_overhead(categories, parts, run["source"] == "measured"), _largest(parts), _uncovered(parts))
        if sentence
    )


def _overhead(categories: pd.Series[float], parts: Parts, measured: bool) -> str:
    unit = "" if parts.serial else " of the worker-seconds"
    parts_of = {
        str(name): f"{palette.category(str(name)).label} {text.seconds(value)}" for name, value in categories.items()
    }
    split = list(parts_of.values())
    work = parts.made.work_seconds
    if work is None and "unknown" in categories:
        return f"It does not say what kind its phases are, so no overhead is told: {text.listed(split)}."
    if work is None and measured:
        return f"**No work had to be done**; all of it is overhead: {text.listed(split)}."
    if work is None:
        return f"It does not say how much of it was the work: {text.listed(split)}."
    name = "dsl" if "dsl" in categories else "work"
    rest = [parts_there for kind, parts_there in parts_of.items() if kind != name]
    share = f"**{text.percent(1 - work / parts.whole)}{unit} is overhead**"
    told = f"{share}: {text.listed(rest)}; the" if rest else f"{share}; the"
    return f"{told} rest is {palette.category(name).label}, {text.seconds(work)}."


def _largest(parts: Parts) -> str:
    top = parts.largest()
    if top is None:
        return ""
    share = text.percent(top["self_seconds"] / parts.whole)
    name = text.escape(str(top["id"]).removeprefix("run/"), 80)
    return f"The largest part is **{name}**: {text.seconds(top['self_seconds'])}, {share}."


def _uncovered(parts: Parts) -> str:
    """What no phase covers, what workers waited, and what seconds these are."""
    shares = parts.made.shares
    sentences = []
    if parts.made.unit == WORKER_SECONDS and parts.made.rest_seconds is None:
        sentences.append("The phases are seconds of several workers, added up: more than the wall-clock.")
    elif parts.made.unit == WORKER_SECONDS:
        sentences.append("The whole is wall-clock x workers.")
    if shares.get(IDLE, 0.0) > 0.01:
        sentences.append(f"**{text.percent(shares[IDLE])} is idle**: a worker had no task.")
    if parts.excess > 0.01 * parts.whole:
        return " ".join([*sentences, f"The phases hold {text.seconds(parts.excess)} more than the run lasted."])
    if shares.get(UNACCOUNTED, 0.0) > 0.05:
        sentences.append(f"{text.percent(shares[UNACCOUNTED])} is **unaccounted**: no timer covers it.")
    return " ".join(sentences)


def about_findings(findings: pd.DataFrame) -> str:
    """How many findings, and the gravest; empty without any."""
    grave = findings[findings["severity"].isin(_GRAVE)]
    if findings.empty:
        return ""
    if grave.empty:
        return f"The audit of this log has {text.count(len(findings), 'note')}."
    first = rows(grave.head(1))[0]
    counts = [
        text.count(int((grave["severity"] == severity).sum()), severity)
        for severity in _GRAVE
        if (grave["severity"] == severity).any()
    ]
    return f"**The audit of this log found {text.listed(counts)}.** First: {text.escape(first['follows'], 300)}"


def about_tasks(tasks: pd.DataFrame) -> str:
    """How much of the task seconds the slowest tenth takes, and the slowest of all."""
    known = tasks["seconds"].dropna()
    if known.empty or not known.sum():
        return "The run does not say how long its tasks took."
    most = max(1, round(len(known) / 10))
    share = text.percent(float(known.nlargest(most).sum() / known.sum()))
    slowest = rows(tasks.nlargest(1, "seconds"))[0]
    name, took = text.escape(slowest["task_id"], 60), text.seconds(float(known.max()))
    many = text.count(len(tasks), "task")
    if most == 1:
        return f"The slowest of {many}, {name}, takes **{share}** of all task seconds: {took}."
    return f"The slowest {most} of {many} take **{share}** of all task seconds; the slowest, {name}, takes {took}."


def about_caches(caches: pd.DataFrame) -> str:
    """What the caches really saved, where the cost of a miss was measured, and what was only claimed."""
    measured = caches.dropna(subset=["saved_seconds"])
    claimed = caches.dropna(subset=["claimed_saved_seconds"])
    sentences = []
    if not measured.empty:
        best = rows(measured.nlargest(1, "saved_seconds"))[0]
        total = text.seconds(float(measured["saved_seconds"].sum()))
        sentences.append(
            f"By the measured cost of a miss the caches saved **{total}**, most of it {text.escape(best['name'], 60)}."
        )
    if not claimed.empty:
        total = text.seconds(float(claimed["claimed_saved_seconds"].sum()))
        sentences.append(f"The log **claims** {total} saved; it did not measure what a miss costs.")
    elif measured.empty:
        sentences.append("What a miss costs was not measured, so what these caches saved is not known.")
    return " ".join(sentences)
