"""What the Decide page shows: the state of every win, one win's evidence, attributions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from db import queries
from optim.evidence.records import Measured, TrackerEvidence, WinEvidence
from optim.project.plan import Plan
from optim.project.wins import Win
from views import configs, palette, text
from views.data.connection import cached, engine
from views.data.evidence import measurement


def headline(plan: Plan, evidence: TrackerEvidence) -> str:
    """The answer in words, as Markdown."""
    kept, reverted = evidence.decisions("keep"), evidence.decisions("revert")
    waiting = [row for row in evidence.wins if row.measured and row.decision == "undecided"]
    unmeasured = [row.win for row in evidence.wins if not row.measured and row.decision == "undecided"]
    done = len(kept) + len(reverted)
    said = [f"**{done} of {len(plan.wins)} wins {'is' if done == 1 else 'are'} decided**"]
    if kept:
        said.append(f"kept: {text.escape(text.listed(kept))}")
    if reverted:
        said.append(f"reverted: {text.escape(text.listed(reverted))}")
    if waiting:
        said.append("waiting for you: " + text.escape(text.listed(_short(row) for row in waiting)))
    if unmeasured:
        said.append(f"not measured yet: {text.escape(text.listed(unmeasured))}")
    return "; ".join(said) + "."


def _short(row: WinEvidence) -> str:
    found = row.measured
    verdict = palette.verdict(found.verdict if found else None).label
    return f"{row.win} ({verdict}{', ' + text.times(found.speedup) if found and found.speedup else ''})"


def first_to_decide(evidence: TrackerEvidence) -> str:
    """The win to show first: one that waits for a decision, else one that is not measured, else the first."""
    waiting = [row for row in evidence.wins if row.decision == "undecided"]
    measured = [row for row in waiting if row.measured]
    return (measured or waiting or list(evidence.wins))[0].win


def facts(win: Win, row: WinEvidence, bound: float | None) -> list[tuple[str, str]]:
    """What is known about one win: label and value, both Markdown."""
    found = row.measured
    possible = (
        f"at most {text.times(bound)} (Amdahl's law on the phases of the config before it)" if bound else text.NONE
    )
    return [
        ("Hypothesis", text.escape(win.hypothesis) or text.NONE),
        ("Planned", _planned(win)),
        ("Predicted", possible),
        ("Measured", _measured(found)),
        ("Noise floor", _noise(found)),
        ("Answers", _answers(found)),
    ]


def _planned(win: Win) -> str:
    saved, speedup = win.target_percent, win.target_speedup
    if saved is None or speedup is None:
        return text.NONE
    return f"{saved.low:g} to {saved.high:g}% saved ({text.times(speedup.low)} to {text.times(speedup.high)})"


def _measured(found: Measured | None) -> str:
    if found is None:
        return "not yet"
    numbers = text.speedup(found.speedup, found.low, found.high)
    where = f"{text.count(found.blocks, 'block')}, {text.count(found.tasks or 0, 'task')}, {found.cache_state}"
    against = text.escape(f"{configs.typed(found.config_before)} against {configs.typed(found.config_after)}")
    return f"{numbers}, {text.saved(found.speedup)}; {against}, {where}"


def _noise(found: Measured | None) -> str:
    if found is None or found.noise_low is None or found.noise_high is None:
        return text.NONE
    return f"{text.times(found.noise_low)} to {text.times(found.noise_high)} between two runs of the same config"


def _answers(found: Measured | None) -> str:
    if found is None:
        return text.NONE
    if found.verdict == "wrong":
        return "different: this win can not be kept as it is"
    return "not comparable" if found.verdict == "not comparable" else "equal in every block"


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
