"""What the Decide page shows: the state of every win, one win's evidence, attributions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from db import queries
from optim.evidence.records import Measured, WinEvidence
from optim.project.wins import Win
from profiles.configs import read_config
from services import differences
from services.board import BoardRow
from services.run_facts import Side, read
from views import configs, palette, text
from views.charts.lattice import Node
from views.data.connection import cached, engine
from views.data.evidence import blocks, measurement


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
    found, win = row.basis, row.win
    possible = (
        f"at most {text.times(bound)} (Amdahl's law on the phases of the config before it)" if bound else text.NONE
    )
    told = [
        ("Hypothesis", text.escape(win.hypothesis) or text.NONE),
        ("Planned", _planned(win)),
        ("Predicted", possible),
        ("Measured", _measured(found)),
        ("CPU seconds", text.speedup(row.cpu.value, row.cpu.low, row.cpu.high) if row.cpu else text.NONE),
        ("Alone", _alone(row)),
        ("Attribution", _share(row)),
        ("Noise floor", _noise(found)),
        ("Answers", _answers(found, row.answers)),
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


def _measured(found: Measured | None) -> str:
    if found is None:
        return "not yet"
    numbers = text.speedup(found.speedup, found.low, found.high)
    work = f"{text.count(found.tasks, 'task')}, " if found.tasks else ""
    where = f"{text.count(found.blocks, 'block')}, {work}{found.cache_state}"
    against = text.escape(f"{configs.typed(found.config_before)} against {configs.typed(found.config_after)}")
    return f"{numbers}, {text.saved(found.speedup)}; {against}, {where}"


def _noise(found: Measured | None) -> str:
    if found is None or found.noise_low is None or found.noise_high is None:
        return text.NONE
    return f"{text.times(found.noise_low)} to {text.times(found.noise_high)} between two runs of the same config"


def _answers(found: Measured | None, answers: str) -> str:
    if found is None:
        return text.NONE
    if found.verdict == "wrong":
        return "different: this win can not be kept as it is"
    if found.verdict == "not comparable":
        return "not comparable"
    return "not checked" if answers == "not checked" else "equal in every block"


def every_measurement(row: WinEvidence) -> pd.DataFrame:
    """All finished measurements of a win, the newest first.

    Columns: measurement, before, after, caches, verdict, speedup, low, high, blocks.
    """
    rows = [
        (
            one.measurement_id,
            configs.typed(one.config_before),
            configs.typed(one.config_after),
            one.cache_state,
            palette.verdict(one.verdict).label,
            one.speedup,
            one.low,
            one.high,
            one.blocks,
        )
        for one in row.measurements
    ]
    columns = ["measurement", "before", "after", "caches", "verdict", "speedup", "low", "high", "blocks"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(("speedup", "low", "high"), "float64"))


@cached("evidence", ttl=5)
def attributions() -> list[int]:
    """The numbers of the attributions that have a result, the newest first."""
    found = queries.measurements(engine(), kind="attribution", status="finished", limit=50)
    return [int(one) for one in found["id"] if attribution(int(one))]


def attribution(measurement_id: int) -> dict[str, Any]:
    """The attribution of a measurement as it was stored; empty where there is none."""
    verdict = json.loads(measurement(measurement_id))["verdict"] or {}
    found: dict[str, Any] = verdict.get("attribution") or {}
    return found


def shapley(found: Mapping[str, Any]) -> pd.DataFrame:
    """win, seconds, low, high of an attribution."""
    return pd.DataFrame(found["shapley"], columns=["win", "seconds", "low", "high"]).astype(
        {"seconds": "float64", "low": "float64", "high": "float64"}
    )


def interactions(found: Mapping[str, Any]) -> pd.DataFrame:
    """one, two, factor, low, high of an attribution's pairs."""
    rows = [{"one": pair["wins"][0], "two": pair["wins"][1], **pair} for pair in found["interactions"]]
    return pd.DataFrame(rows, columns=["one", "two", "factor", "low", "high"])


def _simpler(found: Mapping[str, Any], best: str) -> list[str]:
    """A config with fewer wins that is as good as the fastest, or what it may cost where that is not shown."""
    simplest = next(iter(found.get("as_good", ())), best)
    # Version 1 named those that it could not tell apart; what they may cost it did not say.
    losses = {one["config"]: one["share"] for one in found.get("may_cost", ())}
    if simplest != best:
        bound = f", at most {100 * losses[simplest]:.1f}% slower" if losses.get(simplest) is not None else ""
        word = "As good as the fastest" if "may_cost" in found else "Not told apart from it"
        return [f"{word}, with fewer wins{bound}: **{text.escape(configs.typed(simplest))}**."]
    for config, share in losses.items():
        if config != best and share is not None:
            name = text.escape(configs.typed(config))
            return [f"Not told apart from it: **{name}**, which may cost up to {100 * share:.1f}%."]
    return []


def remarks(found: Mapping[str, Any]) -> list[str]:
    """What the attribution says in words, ghosts first; Markdown."""
    said = [text.escape(one["sentence"]) for kind in ("ghosts", "clashes", "burdens") for one in found.get(kind, ())]
    best = found.get("best")
    if best:
        name = text.escape(configs.typed(best["config"]))
        said.append(f"The fastest config is **{name}**: {text.seconds(best['seconds'])}.")
        said += _simpler(found, best["config"])
        said += [f"Of a fraction of the configs: {text.escape(one)}." for one in found.get("aliases", ())[:1]]
    return said


def lattice(found: Mapping[str, Any]) -> list[Node]:
    """The configs of an attribution, those with fewer wins first."""
    nodes = [
        Node(
            config=read_config(one["config"]) or frozenset(),
            label=configs.circled(one["config"]),
            seconds=float(one["seconds"]),
            measured=bool(one["measured"]),
        )
        for one in found["configs"]
    ]
    return sorted(nodes, key=lambda node: (len(node.config), node.label))


def changed_phases(measured: Measured) -> tuple[str, pd.DataFrame]:
    """Which phases a measured win changed: a sentence, and phase, before, after (mean seconds) of those that did."""
    before, after = _sides(measured)
    found = differences.steps(before, after) if before.runs and after.runs else None
    rows = [(one.path, one.before_seconds, one.after_seconds) for one in found or () if one.resolved]
    table = pd.DataFrame(rows, columns=["phase", "before", "after"])
    return differences.difference_words(found, runs=(*before.runs, *after.runs)), table


def _sides(measured: Measured) -> tuple[Side, Side]:
    """The runs of a measurement without the win, and with it."""
    table = blocks(measured.measurement_id)
    finished = table[table["status"] == "finished"]
    of_config = {
        config: tuple(int(one) for one in rows["run_id"]) for config, rows in finished.groupby("config", sort=False)
    }
    one, two = (
        Side(name=configs.typed(config), runs=tuple(read(engine(), of_config.get(config, ()))))
        for config in (measured.config_before, measured.config_after)
    )
    return one, two
