"""The engine, shared, and the one way in which reads are cached."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import astuple
from typing import Any, ParamSpec, TypeVar, cast

import streamlit as st

from db import queries
from db.engine import DatabaseProblem, read_only_because
from services.places import project_engine
from services.places import read_only as asked_to_only_read
from services.problems import Problem
from services.project import current_project, looked_at_once
from views.settings import settings

P = ParamSpec("P")
R = TypeVar("R")
#: Per address what was written last, while a page is drawn.
_WRITTEN: ContextVar[dict[str, tuple[str, ...]] | None] = ContextVar("written", default=None)
_AREAS: dict[str, list[Any]] = {}


def engine() -> Any:
    """The SQLAlchemy engine of the settings' database, one per address and process.

    Raises:
        DatabaseProblem: it can not be opened; one sentence says why.
    """
    return _engine(settings().database_url, current_project().name)


def read_only() -> str | None:
    """Why nothing can be written here, in a sentence; None where it can, or where there is no database to ask."""
    try:
        return asked_to_only_read() or read_only_because(engine())
    except (DatabaseProblem, Problem):
        return None


@st.cache_resource(max_entries=4, show_spinner=False)
def _engine(url: str, project: str) -> Any:
    return project_engine(url)


@contextmanager
def drawing() -> Iterator[None]:
    """While a page is drawn, the project is looked for once, and so is what was written last."""
    mark = _WRITTEN.set({})
    try:
        with looked_at_once():
            yield
    finally:
        _WRITTEN.reset(mark)


def written() -> tuple[str, ...]:
    """What changes when anybody writes a run, a measurement, a decision or a mark: ``db.queries.state``."""
    known, url = _WRITTEN.get(), settings().database_url
    if known is None:
        return astuple(queries.state(engine()))
    if url not in known:
        known[url] = astuple(queries.state(engine()))
    return known[url]


def cached(
    area: str, ttl: float = 10.0, max_entries: int = 64, *, until_written: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Caches a read of ``area`` for ``ttl`` seconds; ``forget(area)`` clears it after a write.

    The database's address is part of the key. The time is short because other processes write as well; with
    ``until_written`` what they write is seen at once, and the time may be longer.
    """

    def decorate(read: Callable[P, R]) -> Callable[P, R]:
        def keyed(url: str, state: tuple[str, ...], args: Any, kwargs: Any) -> Any:
            return read(*args, **kwargs)

        # Streamlit tells caches apart by these names and the source.
        keyed.__module__, keyed.__qualname__ = read.__module__, read.__qualname__
        stored = st.cache_data(ttl=ttl, max_entries=max_entries, show_spinner=False)(keyed)

        @functools.wraps(read)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            return cast(R, stored(settings().database_url, written() if until_written else (), args, kwargs))

        _AREAS.setdefault(area, []).append(stored)
        return call

    return decorate


def forget(*areas: str) -> None:
    """Clears the cached reads of ``areas``; of all without any."""
    for area in areas or tuple(_AREAS):
        for read in _AREAS.get(area, ()):
            read.clear()
