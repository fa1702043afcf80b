"""Import: drop files, see what they really say, store or discard."""

import streamlit as st

from views.data import imports as data
from views.page import Page
from views.parts import notices
from views.parts.import_files import fates, uploaded
from views.parts.import_run import card


def render() -> None:
    notices.show("import")
    found = uploaded()
    if found is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="import.summary"):
        st.markdown(data.summary(found))
        st.button("Clear", key="import.clear", icon=":material/clear_all:", on_click=_clear)
    fates(found)
    for run in found.runs:
        card(run, found)


def _clear() -> None:
    """Another uploader, with nothing in it."""
    st.session_state["import.turn"] = st.session_state.get("import.turn", 0) + 1
    for name in ("import.preview", "import.done"):
        st.session_state.pop(name, None)


PAGE = Page(
    title="Import",
    url_path="import",
    icon=":material/upload_file:",
    order=70,
    question="What does this log really say?",
    render=render,
)
