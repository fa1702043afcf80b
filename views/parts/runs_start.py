"""The history while there is nothing to show: what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from views.navigation import link


def nothing_yet() -> None:
    """An empty database."""
    st.markdown(
        "**No runs yet.** A run is one execution of a pipeline: measured here, or imported from a log that you have."
    )
    st.markdown("A small one takes a few seconds:")
    st.code("quickwin run --tasks 10", language=None, wrap_lines=True)
    link("measure", "Measure two configs against each other", icon=":material/timer:")
    link("import", "Import a log from Kaggle or a profile", icon=":material/upload_file:")


def nothing_found(chosen: Mapping[str, Any]) -> None:
    """Filters that leave no run."""
    st.info(f"No run matches these filters ({', '.join(sorted(chosen))}).", icon=":material/filter_alt_off:")
    link("runs", "Show all runs", icon=":material/history:")


def no_such_run(asked: int, newest: int) -> None:
    """A number that no run has."""
    st.info(f"There is no run {asked}; the newest is {newest}.", icon=":material/search_off:")
    link("run", f"Open run {newest}", icon=":material/timeline:", run=newest)
    link("runs", "Look through all runs", icon=":material/history:")
