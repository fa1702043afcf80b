"""Decide."""

import streamlit as st

from views.page import Page


def render() -> None:
    st.write("Being built.")


PAGE = Page(
    title="Decide",
    url_path="decide",
    icon=":material/gavel:",
    order=60,
    question="Which quick wins do we keep?",
    render=render,
)
