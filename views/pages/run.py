"""Run: one run, what it is made of, its tasks, caches, profile, environment and audit."""

import streamlit as st

from views.address import NUMBER, bound, copy_link
from views.data import run as data
from views.navigation import link
from views.page import Page
from views.parts import notices
from views.parts.run_details import details
from views.parts.run_overview import head, overview
from views.parts.runs_start import no_such_run, nothing_yet


def render() -> None:
    notices.show("run")
    newest = data.newest()
    if newest is None:
        nothing_yet()
        return
    number, title = st.columns([1, 5], vertical_alignment="center")
    asked = number.number_input("Run", min_value=1, label_visibility="collapsed", **bound("run", newest, NUMBER))
    run = data.row(asked or newest)
    if not run:
        no_such_run(asked, newest)
        return
    with title:
        head(run)
    overview(run)
    details(run)
    other = data.comparable(run["id"])
    with st.container(horizontal=True, vertical_alignment="center", key="run.next"):
        copy_link()
        if other is not None and run["status"] == "finished" and not run["profiled"]:
            label = f"Compare it with run {other}"
            link("compare", label, icon=":material/compare_arrows:", a=other, b=run["id"])
        link("overhead", "What if a phase were faster?", icon=":material/donut_small:", now_run=run["id"])
        link("runs", "All runs", icon=":material/history:")


PAGE = Page(
    title="Run",
    url_path="run",
    icon=":material/timeline:",
    order=20,
    question="Where did the time of this run go?",
    render=render,
)
