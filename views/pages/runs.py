"""Runs."""

import streamlit as st

from views.page import Page


def render() -> None:
    st.write("Being built.")


PAGE = Page(
    title="Runs",
    url_path="runs",
    icon=":material/history:",
    order=10,
    question="What was run, and when did it get faster or slower?",
    render=render,
)
