"""Compare: two runs or two configs, the verdict first, then where the difference comes from."""

import streamlit as st

from views.data import runs
from views.page import Page
from views.parts.compare_choice import sides
from views.parts.compare_details import details
from views.parts.compare_more import more
from views.parts.compare_verdict import verdict
from views.parts.runs_start import nothing_yet


def render() -> None:
    if not runs.count({"deleted": None}):
        nothing_yet()
        return
    chosen = sides()
    if chosen is None:
        return
    before, after = chosen
    if before.ids == after.ids:
        st.info("These are the same; choose two that differ.", icon=":material/compare_arrows:")
        return
    verdict(before, after)
    more(before, after)
    details(before, after)


PAGE = Page(
    title="Compare",
    url_path="compare",
    icon=":material/compare_arrows:",
    order=40,
    question="Is one faster than the other, and where does the difference come from?",
    render=render,
)
