"""The verdict on two sides and its reason, first; then how to get a better one."""

from __future__ import annotations

import shlex

import streamlit as st

from services.comparing import NOT_COMPARABLE, UNRESOLVED, WRONG, Comparison
from services.project import current_project
from services.run_facts import RunFacts, Side
from views import configs, palette, text
from views.data import compare as data
from views.navigation import link
from views.parts.command import command


def verdict(before: Side, after: Side) -> None:
    """Draws the verdict, both wall-clocks, and what would settle it."""
    comparison = data.compared(before, after)
    mark = palette.verdict(comparison.verdict)
    with st.container(horizontal=True, vertical_alignment="center", key="compare.verdict"):
        st.badge(f"{mark.sign} {mark.label}", color=mark.badge)
        st.markdown(f"**{text.escape(comparison.reason)}**")
    for reason in comparison.obstacles[1:]:
        st.markdown(f"≠ {text.escape(reason)}")
    st.markdown(_numbers(comparison))
    if comparison.differences:
        st.caption("  \n".join(text.escape(line) for line in comparison.differences))
    if comparison.measurement is not None:
        link(
            "measure",
            f"Measurement {comparison.measurement}",
            icon=":material/timer:",
            measurement=comparison.measurement,
        )
    elif comparison.verdict == UNRESOLVED:
        _offer(before, after)


def _numbers(comparison: Comparison) -> str:
    """Both wall-clocks; a ratio only where it means something."""
    both = f"{_side(comparison.before)}, {_side(comparison.after)}"
    both = f"{both[0].upper()}{both[1:]}"
    if comparison.verdict in (NOT_COMPARABLE, WRONG):
        return f"{both}. A ratio of the two would mean nothing."
    if comparison.measurement is not None:
        return f"{both}, on average."
    if comparison.speedup is None:
        return f"{both}."
    change = 1 - 1 / comparison.speedup
    word = "less" if change >= 0 else "more"
    whose = _of_whom(comparison.before, comparison.after)
    return f"{both}: {text.times(comparison.speedup)}, {text.percent(abs(change), 1)} {word} time{whose}."


def _of_whom(before: Side, after: Side) -> str:
    return " in this one pair" if before.single and after.single else " on average"


def _side(side: Side) -> str:
    if not side.single:
        runs = text.count(len(side.runs), "run")
        return f"config {configs.named(side.name)} took **{text.seconds(side.seconds)}** ({runs})"
    run = side.runs[0]
    outcome = run.outcome
    beside = [f"CPU {text.seconds(outcome.cpu_seconds)}"] if outcome.cpu_seconds is not None else []
    beside += [text.memory(outcome.peak_bytes)] if outcome.peak_bytes is not None else []
    named = f"{side.name} ({text.escape(run.label, 60)}, {configs.named(side.config)})"
    return f"{named} took **{text.seconds(side.seconds)}**" + (f" ({', '.join(beside)})" if beside else "")


def _offer(before: Side, after: Side) -> None:
    """A measurement of both configs: the newest that there is, with its verdict, or how to make one."""
    if not before.config or not after.config:
        st.caption("The config of one of them is not known, so they can not be measured here.")
        return
    first = before.runs[0]
    known = data.measured(before, after)
    with st.container(horizontal=True, vertical_alignment="center", key="compare.offer"):
        if known is not None:
            label = f"Measurement {known[0]} of these configs in blocks: {palette.verdict(known[1]).label}"
            link("measure", label, icon=":material/timer:", measurement=known[0])
        link(
            "measure",
            "Measure these configs",
            icon=":material/play_arrow:",
            **_query(before.config, after.config, first),
        )
        command(_command(before.config, after.config, first), "compare.command")


def _query(before: str, after: str, run: RunFacts) -> dict[str, str | int]:
    sides = {"before": configs.typed(before), "after": configs.typed(after)}
    return {**sides, "caches": run.outcome.cache_state, **_size(run)}


def _size(run: RunFacts) -> dict[str, int]:
    """Of the built-in pipeline tasks, and candidates a task; the run has them for all tasks together."""
    if current_project().command is not None:
        return {}
    tasks, candidates = run.workload_tasks, run.workload_candidates
    if tasks is None or candidates is None:
        return {}
    return {"tasks": tasks, "candidates": candidates // max(tasks, 1)}


def _command(before: str, after: str, run: RunFacts) -> str:
    size = [part for name, number in _size(run).items() for part in (f"--{name}", str(number))]
    sides = [configs.typed(before), configs.typed(after)]
    return "quickwin measure " + shlex.join([*sides, f"--{run.outcome.cache_state}", *size])
