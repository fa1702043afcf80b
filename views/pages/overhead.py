"""Overhead."""

import streamlit as st

from views.page import Page


def render() -> None:
    st.write("Being built.")


PAGE = Page(
    title="Overhead",
    url_path="overhead",
    icon=":material/donut_small:",
    order=30,
    question="What is the overhead made of?",
    render=render,
)
