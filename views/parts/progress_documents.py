"""Taking the evidence out of the app: the tracker, the results, the report."""

from __future__ import annotations

import streamlit as st

from views.actions.documents import write_results
from views.data import documents


def downloads() -> None:
    """Draws a button for each document; it is put together when it is asked for."""
    with st.container(horizontal=True, vertical_alignment="center", key="progress.documents"):
        st.markdown("**Take it along:**")
        st.download_button(
            "Tracker (Markdown)",
            data=documents.tracker,
            file_name="PHASE4_TRACKER.md",
            mime="text/markdown",
            key="progress.tracker",
            on_click="ignore",
            icon=":material/checklist:",
        )
        st.download_button(
            "Results (Markdown)",
            data=write_results,
            file_name=documents.RESULTS_FILE,
            mime="text/markdown",
            key="progress.results",
            on_click="ignore",
            icon=":material/description:",
        )
        st.download_button(
            "Report (HTML, with charts)",
            data=documents.page,
            file_name="report.html",
            mime="text/html",
            key="progress.report",
            on_click="ignore",
            icon=":material/bar_chart:",
        )
