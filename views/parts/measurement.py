"""One measurement as it goes on: how far, the interval closing in, the runs, stop and continue."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from views import palette, text
from views.actions import measuring as actions
from views.actions.startup import tidy
from views.charts import evidence as charts
from views.charts.layout import CONFIG
from views.data import evidence as data
from views.data import exports, measuring
from views.navigation import link
from views.problems import ActionProblem, guard


def show(measurement_id: int) -> None:
    """Draws the measurement; redraws every two seconds while it is under way."""
    found = measuring.load(data.measurement(measurement_id))
    under_way = found["status"] in data.UNDER_WAY
    st.fragment(_draw, run_every=2.0 if under_way else None)(measurement_id, under_way)


def _draw(measurement_id: int, was_under_way: bool) -> None:
    with guard():
        tidy()
        found = measuring.load(data.measurement(measurement_id))
        table = data.blocks(measurement_id)
        if was_under_way and found["status"] not in data.UNDER_WAY:
            st.rerun()
        _words(found, table)
        _buttons(found, table)
        if found["spec"].get("kind") != "attribution":
            _pair(found, table)


def _words(found: dict[str, Any], table: Any) -> None:
    arms, blocks = len(found["spec"]["arms"]), _whole_blocks(found, table)
    verdict = (found["verdict"] or {}).get("verdict")
    if found["status"] in data.UNDER_WAY:
        most = int(found["spec"].get("max_blocks") or 1)
        st.progress(min(1.0, blocks / most), text=f"{text.count(blocks, 'block')} of at most {most}, {arms} runs each")
    else:
        mark = palette.verdict(verdict)
        st.badge(mark.label, icon=mark.icon, color=mark.badge)
    st.markdown(measuring.state(found, blocks))
    predicted = (found["spec"].get("prediction") or {}).get("sentence")
    if predicted:
        st.caption(f"Predicted before it was measured: {text.escape(predicted)}")


def _whole_blocks(found: dict[str, Any], table: Any) -> int:
    return int((table.groupby("block")["arm"].count() >= len(found["spec"]["arms"])).sum())


def _buttons(found: dict[str, Any], table: Any) -> None:
    number = found["id"]
    with st.container(horizontal=True, key=f"measure.buttons.{number}"):
        if found["status"] in ("running", "planned"):
            st.button("Stop", key="measure.stop", icon=":material/stop:", on_click=_stop, args=(found["pid"],))
        elif not found["spec"].get("grade") and (
            found["status"] in ("stopped", "interrupted", "failed") or _wants_more(found)
        ):
            arguments = measuring.arguments_to_go_on(found, _whole_blocks(found, table))
            icon = ":material/play_arrow:"
            st.button("Continue", key="measure.continue", icon=icon, on_click=_go_on, args=(arguments,))
            st.caption("python -m optim " + " ".join(arguments))
        if found["verdict"] and found["status"] not in data.UNDER_WAY:
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
            if found["spec"].get("grade"):
                st.caption(f"Grade: {text.escape(found['spec']['grade'])}")


def _wants_more(found: dict[str, Any]) -> bool:
    return (found["verdict"] or {}).get("verdict") == "unresolved"


def _stop(pid: int) -> None:
    try:
        actions.stop(pid)
    except ActionProblem as problem:
        st.session_state["measure.problem"] = str(problem)


def _go_on(arguments: list[str]) -> None:
    begin(arguments)
    # The button lies in a fragment; what was started is shown outside it.
    st.rerun()


def begin(arguments: list[str]) -> None:
    """Starts ``python -m optim`` with these arguments; ``starting`` shows how it goes. For callbacks."""
    try:
        pid, log = actions.start(arguments)
        st.session_state["measure.started"] = (pid, str(log))
    except ActionProblem as problem:
        st.session_state["measure.problem"] = str(problem)


def _pair(found: dict[str, Any], table: Any) -> None:
    path = data.closing(table)
    if path.empty:
        return
    verdict, margin = found["verdict"] or {}, float(found["spec"].get("margin") or 0.01)
    noise = verdict.get("noise") or {}
    band = (noise["low"], noise["high"]) if noise.get("low") and noise.get("high") else None
    pair = st.grid(2, min_column_width=430)
    with pair.cell():
        st.header("The interval, block by block")
        st.plotly_chart(
            charts.closing_in(path, margin, band),
            key="measure.closing",
            config=CONFIG,
            alt="Speedup with its 95% interval after every block, the margin and the noise floor around 1x",
        )
    with pair.cell():
        st.header("Every run")
        st.plotly_chart(charts.arms(table), key="measure.arms", config=CONFIG, alt="Seconds of each arm in each block")
    st.caption(
        "The interval stays valid when one looks after every block. Grey: what counts as the same, "
        f"{text.percent(margin)} either way."
    )


@st.fragment(run_every=1.0)
def starting(pid: int, log: str) -> None:
    """Waits until the process that was started has stored its measurement, then shows that; or says why it ended."""
    with guard():
        if begun(pid) is not None:
            st.rerun()
        if actions.running(pid):
            st.info("Starting: the new process reads its tasks.", icon=":material/hourglass_top:")
            return
        st.error("It ended before it began to measure. Its last words:", icon=":material/error:")
        st.code(actions.tail(Path(log)) or "none", language=None)
        st.button("Dismiss", key="measure.dismiss", on_click=lambda: st.session_state.pop("measure.started", None))


def begun(pid: int) -> str | None:
    """The number of the measurement that the process keeps, as text; None before it has stored one."""
    known = data.measurements()
    mine = known[known["pid"] == pid]
    return None if mine.empty else str(mine["id"].iloc[0])
