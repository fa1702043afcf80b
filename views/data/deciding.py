"""What the Decide page shows: the state of every win, one win's evidence, attributions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from db import queries
from optim.evidence.records import ANSWERS_DIFFER, REMARKS, Measured, WinEvidence
from optim.project.wins import Win
from profiles.configs import read_config
from services import differences
from services.board import BoardRow
from services.run_facts import Side, read
from views import configs, palette, text
from views.charts.lattice import Node
from views.data.connection import cached, engine
from views.data.evidence import blocks, measurement
from views.frames import rows as frame_rows
from views.frames import unknown


def headline(rows: Sequence[BoardRow]) -> str:
    """How far the wins are decided, as Markdown."""
    held = {name: [row.win.name for row in rows if row.evidence.decision == name] for name in ("keep", "revert")}
    open_rows = [row for row in rows if not row.decided]
    waiting = [_short(row) for row in open_rows if row.verdict]
    unmeasured = [row.win.name for row in open_rows if not row.verdict]
    done = len(rows) - len(open_rows)
    groups = {
        "kept": held["keep"],
        "reverted": held["revert"],
        "waiting for you": waiting,
        "not measured yet": unmeasured,
    }
    clauses = [f"{name}: {text.escape(text.listed(wins))}" for name, wins in groups.items() if wins]
    first = f"{done} of {text.count(len(rows), 'win')} {'is' if done == 1 else 'are'} decided"
    return "; ".join([first, *clauses]) + "."


def _short(row: BoardRow) -> str:
    verdict = palette.verdict(row.verdict).label
    return f"{row.win.name} ({verdict}{', ' + text.times(row.speedup.value) if row.speedup else ''})"


def facts(row: BoardRow, bound: float | None) -> list[tuple[str, str]]:
    """What is known about one win: label and value, both Markdown; what the project does not say is left out."""
    measured, win = row.basis, row.win
    possible = (
        f"at most {text.times(bound)} (Amdahl's law on the phases of the config before it)" if bound else text.NONE
    )
    told = [
        ("Hypothesis", text.escape(win.hypothesis) or text.NONE),
        ("Planned", _planned(win)),
        ("Predicted", possible),
        ("Measured", _measured(measured)),
        ("CPU seconds", text.speedup(row.cpu.value, row.cpu.low, row.cpu.high) if row.cpu else text.NONE),
        ("Alone", _alone(row)),
        ("Attribution", _share(row)),
        ("Noise floor", _noise(measured)),
        ("Answers", _answers(measured, row.answers)),
    ]
    return [(name, value) for name, value in told if value != text.NONE]


def _alone(row: BoardRow) -> str:
    """What it brings by itself, where what speaks for it is beside others."""
    alone = row.evidence.alone
    if alone is None or alone == row.basis:
        return text.NONE
    return f"{text.speedup(alone.speedup, alone.low, alone.high)}, {palette.verdict(alone.verdict).label}"


def _share(row: BoardRow) -> str:
    if row.share is None:
        return text.NONE
    span = "" if row.share.low is None else f" ({text.seconds(row.share.low)} to {text.seconds(row.share.high)})"
    return f"{text.seconds(row.share.value)}{span} of {text.seconds(row.share_of)}"


def _planned(win: Win) -> str:
    saved, speedup = win.target_percent, win.target_speedup
    if saved is None or speedup is None:
        return text.NONE
    return f"{saved.low:g} to {saved.high:g}% saved ({text.times(speedup.low)} to {text.times(speedup.high)})"


def _measured(measured: Measured | None) -> str:
    if measured is None:
        return "not yet"
    numbers = text.speedup(measured.speedup, measured.low, measured.high)
    work = f"{text.count(measured.tasks, 'task')}, " if measured.tasks else ""
    where = f"{text.count(measured.blocks, 'block')}, {work}{measured.cache_state}"
    against = text.escape(f"{configs.typed(measured.config_before)} against {configs.typed(measured.config_after)}")
    return f"{numbers}, {text.saved(measured.speedup)}; {against}, {where}"


def _noise(measured: Measured | None) -> str:
    if measured is None or measured.noise_low is None or measured.noise_high is None:
        return text.NONE
    return f"{text.times(measured.noise_low)} to {text.times(measured.noise_high)} between two runs of the same config"


def _answers(measured: Measured | None, answers: str) -> str:
    if measured is None:
        return text.NONE
    if measured.verdict == "wrong":
        told = "different" if measured.fault == ANSWERS_DIFFER else f"not what is wrong ({measured.fault})"
        return f"{told}: this win can not be kept as it is"
    if measured.verdict == "not comparable":
        return "not comparable"
    return "not checked" if answers == "not checked" else "equal in every block"


def every_measurement(row: WinEvidence) -> pd.DataFrame:
    """All finished measurements of a win, the newest first.

    Columns: measurement, before, after, caches, verdict, speedup, low, high, blocks.
    """
    rows = [
        (
            measurement.measurement_id,
            configs.typed(measurement.config_before),
            configs.typed(measurement.config_after),
            measurement.cache_state,
            palette.verdict(measurement.verdict).label,
            measurement.speedup,
            measurement.low,
            measurement.high,
            measurement.blocks,
        )
        for measurement in row.measurements
    ]
    columns = ["measurement", "before", "after", "caches", "verdict", "speedup", "low", "high", "blocks"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(("speedup", "low", "high"), "float64"))


#: What marks of a decision are called.
_MARKS = {"forced": "against the evidence", "overruled": "too late"}


def log_lines(log: pd.DataFrame) -> list[str]:
    """The log of decisions as Markdown, a line each, the newest first.

    Args:
        log: as ``views.data.evidence.decisions`` gives it.
    """
    return [_entry(row) for row in frame_rows(log)]


def _entry(row: Mapping[str, Any]) -> str:
    number = None if unknown(row["measurement_id"]) else int(row["measurement_id"])
    basis = "" if number is None else f", on {text.linked(f'measurement {number}')}"
    who = "" if unknown(row["who"]) else f" by {text.escape(row['who'])}"
    marks = "".join(f", *{title}*" for name, title in _MARKS.items() if row[name])
    decided = f"**{row['decision']} {text.escape(row['win'])}**{basis}{marks}"
    return f"{text.moment(row['decided_at'])} UTC{who}: {decided}: {text.escape(row['because'])}"


@cached("evidence", ttl=5)
def attributions() -> list[int]:
    """The numbers of the attributions that have a result, the newest first."""
    known = queries.measurements(engine(), kind="attribution", status="finished", limit=50)
    return [int(number) for number in known["id"] if stored_attribution(int(number))]


def stored_attribution(measurement_id: int) -> dict[str, Any]:
    """The attribution of a measurement as it was stored; empty where there is none."""
    verdict = json.loads(measurement(measurement_id))["verdict"] or {}
    content: dict[str, Any] = verdict.get("attribution") or {}
    return content


def shapley(attribution: Mapping[str, Any]) -> pd.DataFrame:
    """win, seconds, low, high of an attribution."""
    return pd.DataFrame(attribution["shapley"], columns=["win", "seconds", "low", "high"]).astype(
        {"seconds": "float64", "low": "float64", "high": "float64"}
    )


def interactions(attribution: Mapping[str, Any]) -> pd.DataFrame:
    """one, two, factor, low, high of an attribution's pairs."""
    rows = [{"one": pair["wins"][0], "two": pair["wins"][1], **pair} for pair in attribution["interactions"]]
    return pd.DataFrame(rows, columns=["one", "two", "factor", "low", "high"])


def _simpler(attribution: Mapping[str, Any], best: str) -> list[str]:
    """A config with fewer wins that is as good as the fastest, or what it may cost where that is not shown."""
    simplest = next(iter(attribution.get("as_good", ())), best)
    # Version 1 named those that it could not tell apart; what they may cost it did not say.
    losses = {contender["config"]: contender["share"] for contender in attribution.get("may_cost", ())}
    if simplest != best:
        bound = f", at most {100 * losses[simplest]:.1f}% slower" if losses.get(simplest) is not None else ""
        word = "As good as the fastest" if "may_cost" in attribution else "Not told apart from it"
        return [f"{word}, with fewer wins{bound}: **{text.escape(configs.spelled(simplest))}**."]
    for config, share in losses.items():
        if config != best and share is not None:
            name = text.escape(configs.spelled(config))
            cost = f"up to {100 * share:.1f}%" if share >= 0.0005 else "less than 0.1%"
            return [f"Not told apart from it: **{name}**, which may cost {cost}."]
    return []


def _fraction(attribution: Mapping[str, Any]) -> list[str]:
    """How many of the configs were run, and where the others' seconds come from; empty where all were."""
    known = attribution.get("configs", ())
    run = sum(bool(config["measured"]) for config in known)
    if run == len(known):
        return []
    return [
        f"{run:,} of {len(known):,} configs were run; the others follow from the wins and their pairs, and "
        "by how much that misses is in the intervals."
    ]


def aliases(attribution: Mapping[str, Any]) -> str:
    """What a fraction of the configs could not tell apart, as an example; Markdown, empty where there is nothing."""
    return "".join(
        f"Not told apart by this fraction: {text.escape(alias)}." for alias in attribution.get("aliases", ())[:1]
    )


def most_saved(attribution: Mapping[str, Any]) -> str:
    """Which win saves most of the baseline's seconds, in a sentence of Markdown."""
    rows = [row for row in attribution["shapley"] if row["seconds"] is not None]
    total = attribution["baseline_seconds"] - attribution["all_on_seconds"]
    if not rows or total <= 0:
        return "**All wins together save nothing.** The bars add up to baseline minus all on."
    best = max(rows, key=lambda row: float(row["seconds"]))
    saved = f"{text.seconds(best['seconds'])} of the {text.seconds(total)} that all save together"
    return (
        f"**{configs.circled(best['win'])} {text.escape(best['win'])} saves most**: {saved}, which the bars add up to."
    )


def pairs_apart(attribution: Mapping[str, Any]) -> str:
    """How many pairs of wins are told apart from working side by side, in a sentence of Markdown."""
    sure = [
        pair
        for pair in attribution["interactions"]
        if pair.get("low") is not None and pair.get("high") is not None and not pair["low"] <= 1 <= pair["high"]
    ]
    overlap = sum(float(pair["factor"]) < 1 for pair in sure)
    clauses = [
        f"{text.count(number, 'pair')} {what}"
        for number, what in ((overlap, "doing each other's work (−)"), (len(sure) - overlap, "helping each other (+)"))
        if number
    ]
    first = text.listed(clauses) if clauses else "No two wins surely do each other's work, or help each other"
    return f"**{first}.** ≈ is not told apart from working side by side."


def remarks(attribution: Mapping[str, Any]) -> list[str]:
    """What the attribution says in words, ghosts first; Markdown."""
    sentences = [text.escape(remark["sentence"]) for kind in REMARKS for remark in attribution.get(kind, ())]
    best = attribution.get("best")
    if best:
        name = text.escape(configs.spelled(best["config"]))
        sentences.append(f"The fastest config is **{name}**: {text.seconds(best['seconds'])}.")
        sentences += _simpler(attribution, best["config"])
        sentences += _fraction(attribution)
    return sentences


def lattice(attribution: Mapping[str, Any]) -> list[Node]:
    """The configs of an attribution, those with fewer wins first."""
    nodes = [
        Node(
            config=read_config(config["config"]) or frozenset(),
            label=configs.circled(config["config"]),
            seconds=float(config["seconds"]),
            measured=bool(config["measured"]),
        )
        for config in attribution["configs"]
    ]
    return sorted(nodes, key=lambda node: configs.in_order(node.config))


def changed_phases(measured: Measured) -> tuple[str, pd.DataFrame]:
    """Which phases a measured win changed: a sentence, and phase, before, after (mean seconds) of those that did."""
    before, after = _sides(measured)
    changes = differences.phase_changes(before, after) if before.runs and after.runs else None
    rows = [(step.path, step.before_seconds, step.after_seconds) for step in changes or () if step.resolved]
    table = pd.DataFrame(rows, columns=["phase", "before", "after"])
    return differences.difference_words(changes, runs=(*before.runs, *after.runs)), table


def _sides(measured: Measured) -> tuple[Side, Side]:
    """The runs of a measurement without the win, and with it."""
    table = blocks(measured.measurement_id)
    finished = table[table["status"] == "finished"]
    of_config = {
        config: tuple(int(number) for number in rows["run_id"])
        for config, rows in finished.groupby("config", sort=False)
    }
    one, two = (
        Side(name=configs.typed(config), runs=tuple(read(engine(), of_config.get(config, ()))))
        for config in (measured.config_before, measured.config_after)
    )
    return one, two
