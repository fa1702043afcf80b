"""Progress."""

import streamlit as st

from views.page import Page


def render() -> None:
    st.write("Being built.")


PAGE = Page(
    title="Progress",
    url_path="progress",
    icon=":material/trending_up:",
    order=0,
    question="Where do we stand?",
    render=render,
)
