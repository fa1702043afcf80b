"""The history while there is nothing to show: what to do about it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from services.problems import Problem
from services.workloads import first_run
from views import text
from views.actions import measuring as actions
from views.data import run as data
from views.data.connection import forget
from views.navigation import go, link
from views.parts.command import command
from views.problems import guard
from views.writing import writes

_STARTED = "runs.first"


def nothing_yet() -> None:
    """An empty database."""
    st.markdown(
        "**No runs yet.** A run is one execution of a pipeline: measured here, or imported from a log that you have."
    )
    if _STARTED in st.session_state:
        _under_way(*st.session_state[_STARTED])
    else:
        _offer(first_run())
    with st.container(horizontal=True, key="runs.start"):
        link("measure", "Measure two configs against each other", icon=":material/timer:")
        link("import", "Import a log or a profile", icon=":material/upload_file:")


def _offer(arguments: Sequence[str]) -> None:
    st.markdown("A first one, with no win on, shows where the time goes:")
    icon = ":material/play_arrow:"
    st.button("Start a first run", key="runs.start_first", icon=icon, on_click=_start, args=(arguments,), **writes())
    command(f"quickwin {shlex.join(arguments)}", "runs.command")
    if problem := st.session_state.pop("runs.problem", None):
        st.warning(text.escape(problem), icon=":material/warning:")


def _start(arguments: Sequence[str]) -> None:
    try:
        pid, log = actions.start(arguments)
        st.session_state[_STARTED] = (pid, str(log))
    except Problem as problem:
        st.session_state["runs.problem"] = str(problem)


@st.fragment(run_every=1.0)
def _under_way(pid: int, log: str) -> None:
    """Waits for the end of the run that was started here, then opens it; says why where it left none."""
    with guard():
        if actions.running(pid):
            st.info("The first run is under way; its page opens when it is done.", icon=":material/hourglass_top:")
            return
        forget("runs", "evidence")
        if newest := data.newest():
            del st.session_state[_STARTED]
            go("run", run=newest)
        st.error("It ended and left no run. Its last words:", icon=":material/error:")
        st.code(actions.tail(Path(log)) or "none", language=None)
        st.button("Dismiss", key="runs.dismiss", on_click=lambda: st.session_state.pop(_STARTED, None))


def nothing_found(chosen: Mapping[str, Any]) -> None:
    """Filters that leave no run."""
    st.info(f"No run matches these filters ({', '.join(sorted(chosen))}).", icon=":material/filter_alt_off:")
    link("runs", "Show all runs", icon=":material/history:")


def no_such_run(asked: int, newest: int) -> None:
    """A number that no run has."""
    st.info(f"There is no run {asked}; the newest is {newest}.", icon=":material/search_off:")
    link("run", f"Open run {newest}", icon=":material/timeline:", run=newest)
    link("runs", "Look through all runs", icon=":material/history:")
