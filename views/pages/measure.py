"""Measure."""

import streamlit as st

from views.page import Page


def render() -> None:
    st.write("Being built.")


PAGE = Page(
    title="Measure",
    url_path="measure",
    icon=":material/timer:",
    order=50,
    question="Is this config faster than that one?",
    render=render,
)
