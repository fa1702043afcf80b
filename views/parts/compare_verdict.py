"""The verdict on two sides and its reason, first; then how to get a better one."""

from __future__ import annotations

import shlex
from typing import Any

import streamlit as st

from views import configs, palette, text
from views.data import compare as data
from views.data.compare import Said, Side
from views.frames import unknown
from views.navigation import link


def verdict(before: Side, after: Side) -> None:
    """Draws the verdict, both wall-clocks, and what would settle it."""
    said = data.said(before, after)
    mark = palette.verdict(said.verdict)
    with st.container(horizontal=True, vertical_alignment="center", key="compare.verdict"):
        st.badge(mark.label, icon=mark.icon, color=mark.badge)
        st.markdown(f"**{text.escape(said.reason)}**")
    st.markdown(_numbers(before, after, said))
    if said.measurement is not None:
        link("measure", f"Measurement {said.measurement}", icon=":material/timer:", measurement=said.measurement)
    elif said.verdict == "unresolved":
        _offer(before, after)


def _numbers(before: Side, after: Side, said: Said) -> str:
    ratio = data.ratio(before, after)
    both = f"{_side(before)}, {_side(after)}"
    if ratio is None:
        return f"{both}."
    if said.verdict in ("not comparable", "wrong"):
        return f"{both}. A ratio of the two would mean nothing."
    if said.speedup is not None:
        return f"{both}, on average."
    change = 1 - 1 / ratio
    word = "less" if change >= 0 else "more"
    return f"{both}: {text.times(ratio)}, {text.percent(abs(change), 1)} {word} time{_of_whom(before, after)}."


def _of_whom(before: Side, after: Side) -> str:
    return " in this one pair" if before.single and after.single else " on average"


def _side(side: Side) -> str:
    seconds = text.seconds(side.seconds)
    if side.single:
        row = side.runs.iloc[0]
        config = configs.named(side.config)
        return f"{side.name.capitalize()} ({text.escape(row['label'], 60)}, {config}) took **{seconds}**"
    return f"Config {configs.named(side.name)} took **{seconds}** ({text.count(len(side.runs), 'run')})"


def _offer(before: Side, after: Side) -> None:
    """A measurement of both configs: the newest that there is, or how to make one."""
    if not before.config or not after.config:
        st.caption("The config of one of them is not known, so they can not be measured here.")
        return
    first: Any = before.runs.iloc[0]
    place = (str(first["workload"]), str(first["cache_state"]))
    known = data.measured(before.config, after.config, *place)
    with st.container(horizontal=True, vertical_alignment="center", key="compare.offer"):
        if known is not None:
            link(
                "measure",
                f"Measurement {known[0]} settled these configs in blocks",
                icon=":material/timer:",
                measurement=known[0],
            )
        link(
            "measure",
            "Measure these configs",
            icon=":material/play_arrow:",
            **_query(before.config, after.config, first),
        )
        st.code(_command(before.config, after.config, first), language=None, wrap_lines=True)


def _query(before: str, after: str, run: Any) -> dict[str, str | int]:
    sides = {"before": configs.typed(before), "after": configs.typed(after)}
    return {**sides, "caches": str(run["cache_state"]), **_size(run)}


def _size(run: Any) -> dict[str, int]:
    """Tasks, and candidates a task; the row has them for all tasks together."""
    tasks, candidates = run["workload_tasks"], run["workload_candidates"]
    if unknown(tasks) or unknown(candidates):
        return {}
    return {"tasks": int(tasks), "candidates": int(candidates) // max(int(tasks), 1)}


def _command(before: str, after: str, run: Any) -> str:
    size = [part for name, number in _size(run).items() for part in (f"--{name}", str(number))]
    sides = [configs.typed(before), configs.typed(after)]
    return "python -m optim measure " + shlex.join([*sides, f"--{run['cache_state']}", *size])
