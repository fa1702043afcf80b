"""Run."""

import streamlit as st

from views.page import Page


def render() -> None:
    st.write("Being built.")


PAGE = Page(
    title="Run",
    url_path="run",
    icon=":material/timeline:",
    order=20,
    question="Where did the time of this run go?",
    render=render,
)
