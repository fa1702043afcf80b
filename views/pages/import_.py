"""Import."""

import streamlit as st

from views.page import Page


def render() -> None:
    st.write("Being built.")


PAGE = Page(
    title="Import",
    url_path="import",
    icon=":material/upload_file:",
    order=70,
    question="What does this log really say?",
    render=render,
)
