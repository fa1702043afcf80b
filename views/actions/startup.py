"""What the app does by itself: runs and measurements whose process is gone are marked as interrupted."""

from __future__ import annotations

import contextlib

import streamlit as st

from db.problems import DatabaseProblem
from db.store import mark_interrupted
from services.problems import Problem
from views.data.connection import engine, forget
from views.settings import settings


def tidy() -> None:
    """Marks what lost its process, at most every 15 seconds; a database that can not be written stays as it is."""
    with contextlib.suppress(Problem):  # the page itself says it
        _marked(settings().database_url)


@st.cache_data(ttl=15, max_entries=4, show_spinner=False)
def _marked(url: str) -> int:
    try:
        marked = mark_interrupted(engine())
    except DatabaseProblem:
        return 0
    if marked:
        forget("runs", "evidence")
    return marked
