"""Import: bring files, see what they really say, say what they do not, store."""

import streamlit as st

from views.data import imports as data
from views.page import Page
from views.parts import notices
from views.parts.import_files import brought, fates
from views.parts.import_next import next_steps
from views.parts.import_run import MOST_OPEN, card
from views.parts.import_table import questions


def render() -> None:
    notices.show("import")
    preview = brought()
    if preview is None:
        next_steps()
        return
    with st.container(horizontal=True, vertical_alignment="center", key="import.summary"):
        st.markdown(data.summary(preview))
        st.button("Clear", key="import.clear", icon=":material/clear_all:", on_click=_clear)
    fates(preview)
    for run in preview.runs:
        card(run, preview, is_open=len(preview.runs) <= MOST_OPEN)
    if preview.runs:
        questions(preview)
    next_steps()


def _clear() -> None:
    """Another uploader, with nothing in it."""
    st.session_state["import.turn"] = st.session_state.get("import.turn", 0) + 1
    for name in ("import.preview", "import.done", "import.measured", "import.table"):
        st.session_state.pop(name, None)


PAGE = Page(
    title="Import",
    url_path="import",
    icon=":material/upload_file:",
    order=70,
    question="What does this log really say?",
    render=render,
)
