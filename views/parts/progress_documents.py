"""Taking the evidence out of the app: the tracker, the results, the report."""

from __future__ import annotations

import streamlit as st

from services.project import current_project
from views.actions.documents import write_results
from views.data import documents

#: Key: what people read on the button, what puts the document together, its file, its media type, the icon.
DOCUMENTS = {
    "tracker": ("Tracker (Markdown)", documents.tracker, "TRACKER.md", "text/markdown", "checklist"),
    "results": ("Results (Markdown)", write_results, "RESULTS.md", "text/markdown", "description"),
    "report": ("Report (HTML, with charts)", documents.page, "report.html", "text/html", "bar_chart"),
}


def downloads() -> None:
    """Draws a button for each document, named after the phase; it is put together when it is asked for."""
    stem = current_project().plan.file_stem
    with st.container(horizontal=True, vertical_alignment="center", key="progress.documents"):
        st.markdown("**Take it along:**")
        for name, (label, make, file_name, mime, icon) in DOCUMENTS.items():
            st.download_button(
                label,
                data=make,
                file_name=f"{stem}_{file_name}" if file_name.endswith(".md") else file_name,
                mime=mime,
                key=f"progress.{name}",
                on_click="ignore",
                icon=f":material/{icon}:",
            )
