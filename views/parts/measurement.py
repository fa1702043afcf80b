"""One measurement as it goes on: how far, the interval closing in, the runs, stop and continue."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from profiles.configs import read_config
from services.continuing import words_to_go_on
from services.problems import Problem
from views import palette, text
from views.actions import measuring as actions
from views.actions.startup import tidy
from views.charts import evidence as charts
from views.charts import stage
from views.charts.board import Axis
from views.charts.layout import CONFIG
from views.data import evidence as data
from views.data import exports, measuring
from views.navigation import link
from views.parts.board import axis_words
from views.parts.image import image
from views.parts.lattice import lattice
from views.problems import ActionProblem, guard
from views.writing import writes


def show(measurement_id: int) -> None:
    """Draws the measurement; redraws every two seconds while it is under way."""
    known = measuring.load(data.measurement(measurement_id))
    under_way = known["status"] in data.UNDER_WAY
    st.fragment(_draw, run_every=2.0 if under_way else None)(measurement_id, under_way)


def _draw(measurement_id: int, was_under_way: bool) -> None:
    with guard():
        tidy()
        known = measuring.load(data.measurement(measurement_id))
        table = data.blocks(measurement_id)
        if was_under_way and known["status"] not in data.UNDER_WAY:
            st.rerun()
        _words(known, table)
        if known["spec"].get("kind") == "attribution":
            _lattice(known)
        else:
            stage_of(known, table)
        _buttons(known, table)
        if known["spec"].get("kind") != "attribution":
            _every_run(table)


def _words(known: dict[str, Any], table: Any) -> None:
    blocks = _whole_blocks(known, table)
    if known["status"] in data.UNDER_WAY:
        working = measuring.now(known["id"])
        share, sentence = measuring.done(known, blocks, working)
        st.progress(share, text=sentence)
        if working is not None:
            st.markdown(measuring.at_work_words(working))
    else:
        _verdict(known, table, blocks)
    # The heading says it already: what stands in the sentence besides is for who wants to know.
    (st.markdown if known["status"] in data.UNDER_WAY else st.caption)(measuring.state(known, blocks))
    predicted = (known["spec"].get("prediction") or {}).get("sentence")
    if predicted:
        st.caption(f"Predicted before it was measured: {text.escape(predicted)}")


def _verdict(known: dict[str, Any], table: Any, blocks: int) -> None:
    """The verdict, large, and what stands beside it."""
    verdict = known["verdict"] or {}
    mark = palette.verdict(verdict.get("verdict"))
    label = "no verdict yet" if blocks and not verdict.get("verdict") else mark.label
    number = f" {text.speedup(verdict.get('speedup'), verdict.get('low'), verdict.get('high'))}"
    has = verdict.get("speedup") is not None and verdict.get("verdict") not in ("wrong", "not comparable")
    st.header(f"{label}{number}" if has else label, icon=mark.icon or None)
    if not table.empty:
        st.markdown(measuring.facts(known, table))


def _whole_blocks(known: dict[str, Any], table: Any) -> int:
    return int((table.groupby("block")["arm"].count() >= len(known["spec"]["arms"])).sum())


def _buttons(known: dict[str, Any], table: Any) -> None:
    number = known["id"]
    with st.container(horizontal=True, key=f"measure.buttons.{number}"):
        if known["status"] in ("running", "planned"):
            st.button("Stop", key="measure.stop", icon=":material/stop:", on_click=_stop, args=(number,), **writes())
        elif measuring.can_go_on(known, blocks := _whole_blocks(known, table)):
            arguments = measuring.arguments_to_go_on(known, blocks)
            icon = ":material/play_arrow:"
            st.button("Continue", key="measure.continue", icon=icon, on_click=_go_on, args=(arguments,), **writes())
            st.caption(text.escape(words_to_go_on(arguments, blocks)))
        if known["verdict"] and known["status"] not in data.UNDER_WAY:
            link("decide", "Decide on this evidence", icon=":material/gavel:")
            st.download_button(
                "With its blocks and runs",
                data=partial(exports.export_of_measurement, number),
                file_name=exports.measurement_file_name(number),
                mime="application/json",
                key=f"measure.download.{number}",
                on_click="ignore",
                icon=":material/download:",
                help="One file, which another Quickwin imports and judges itself",
            )
            if known["spec"].get("grade"):
                st.caption(f"Grade: {text.escape(known['spec']['grade'])}")


def _stop(number: int) -> None:
    try:
        actions.stop(number)
    except Problem as problem:
        st.session_state["measure.problem"] = str(problem)


def _go_on(arguments: list[str]) -> None:
    begin(arguments)
    # The button lies in a fragment; what was started is shown outside it.
    st.rerun()


def begin(arguments: list[str]) -> None:
    """Starts ``quickwin`` with these arguments; ``starting`` shows how it goes. For callbacks.

    A second click while the first one's process starts does nothing: it would measure the same twice.
    """
    if (before := st.session_state.get("measure.started")) and actions.running(before[0]):
        return
    try:
        pid, log = actions.start(arguments)
        st.session_state["measure.started"] = (pid, str(log))
    except ActionProblem as problem:
        st.session_state["measure.problem"] = str(problem)


def stage_of(known: dict[str, Any], table: Any) -> None:
    """The axis with a dot for each block, and the band that closes in."""
    margin, metric = data.settled_by(known["id"])
    looks = measuring.looks(table, metric)
    noise = (known["verdict"] or {}).get("noise") or {}
    zone = (noise["low"], noise["high"]) if noise.get("low") and noise.get("high") else None
    on = stage.axis_of(looks, zone)
    st.html(_picture(looks, on, stage.stage_svg(looks, on, margin, zone)))
    st.caption(
        "A row for each block, the first at the top: its dot, and the 95% interval of all up to it, which stays valid "
        f"when one looks after every block. Grey: what counts as the same, {text.percent(margin)} either way."
        + (" Sand: two runs of the same config." if zone else "")
    )


def _picture(looks: Sequence[stage.Look], on: Axis, svg: str) -> str:
    return axis_words(on) + image(svg, stage.stage_words(looks), stage.height_of(looks))


def _lattice(known: dict[str, Any]) -> None:
    """The configs of an attribution, those that have run with their seconds."""
    best = ((known["verdict"] or {}).get("attribution") or {}).get("best") or {}
    caption = "dashed: not run; outlined: the fastest."
    if known["status"] in data.UNDER_WAY:
        caption = "seconds so far, dashed: has not run yet."
    lattice(measuring.lattice(known), read_config(best["config"]) if best else None, caption)


def _every_run(table: Any) -> None:
    if table.empty:
        return
    shown = st.expander("Every run", key="measure.runs", on_change="rerun")
    if shown.open:
        alt = "Seconds of each arm in each block"
        shown.plotly_chart(charts.arms(table), key="measure.arms", config=CONFIG, alt=alt)


@st.fragment(run_every=0.5)
def starting(pid: int, log: str) -> None:
    """Waits until the process that was started has stored its measurement, then shows that; or says why it ended."""
    with guard():
        if begun(pid) is not None:
            st.rerun()
        if actions.running(pid):
            st.info("Starting: the new process gets ready.", icon=":material/hourglass_top:")
            return
        st.error("It ended before it began to measure. Its last words:", icon=":material/error:")
        st.code(actions.tail(Path(log)) or "none", language=None)
        st.button("Dismiss", key="measure.dismiss", on_click=lambda: st.session_state.pop("measure.started", None))


def begun(pid: int) -> str | None:
    """The number of the measurement that the process keeps, as text; None before it has stored one."""
    known = data.measurements()
    mine = known[known["pid"] == pid]
    return None if mine.empty else str(mine["id"].iloc[0])
