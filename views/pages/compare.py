"""Compare."""

import streamlit as st

from views.page import Page


def render() -> None:
    st.write("Being built.")


PAGE = Page(
    title="Compare",
    url_path="compare",
    icon=":material/compare_arrows:",
    order=40,
    question="Is one faster than the other, and where does the difference come from?",
    render=render,
)
