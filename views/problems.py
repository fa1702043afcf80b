"""Problems as sentences: what the app can expect is said in one, what it can not goes to the log under a number."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from db.engine import DatabaseProblem
from services.problems import Problem
from views.text import escape

LOG = logging.getLogger("quickwin.views")


class ActionProblem(Problem):
    """An action could not be done; one sentence says why and what would work."""


EXPECTED = (DatabaseProblem, Problem)


@contextmanager
def guard() -> Iterator[None]:
    """Shows a problem of the block as one sentence instead of a stack trace."""
    try:
        yield
    except EXPECTED as problem:
        st.error(escape(str(problem)), title="This could not be done", icon=":material/error:")
    except Exception:
        number = secrets.token_hex(3)
        LOG.exception("problem %s in a page", number)
        st.error(
            f"This page met a problem that Quickwin did not expect. The server's log has it under {number}.",
            title="Something went wrong here",
            icon=":material/error:",
        )
