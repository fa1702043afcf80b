"""Problems as sentences: what the app can expect is said in one, what it can not goes to the log under a number."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import streamlit as st

from db.engine import DatabaseProblem
from services.keeping import fault
from services.problems import Problem
from views.settings import settings
from views.text import escape

LOG = logging.getLogger("quickwin.views")


class ActionProblem(Problem):
    """An action could not be done; one sentence says why and what would work."""


EXPECTED = (DatabaseProblem, Problem)


def _fault() -> str | None:
    """What is wrong with the database, where something is: an error that nobody expected is then the damage's."""
    with suppress(Exception):
        return fault(settings().database_url)
    return None


@contextmanager
def guard() -> Iterator[None]:
    """Shows a problem of the block as one sentence instead of a stack trace."""
    try:
        yield
    except EXPECTED as problem:
        st.error(escape(str(problem)), title="This could not be done", icon=":material/error:")
    except Exception:
        if sentence := _fault():
            LOG.exception("a page on a damaged database")
            st.error(escape(sentence), title="This could not be done", icon=":material/error:")
            return
        number = secrets.token_hex(3)
        LOG.exception("problem %s in a page", number)
        st.error(
            f"This page met a problem that Quickwin did not expect. The server's log has it under {number}.",
            title="Something went wrong here",
            icon=":material/error:",
        )
