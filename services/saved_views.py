"""Views of the history that were given a name: what the address held, kept in the database under that name."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from db import queries, store
from services.problems import USAGE, fail

if TYPE_CHECKING:
    from sqlalchemy import Engine

KIND = "view"
_LONGEST = 60


def save_view(engine: Engine, name: str, query: dict[str, list[str]]) -> str:
    """Keeps what is seen under a name, in place of an earlier view of that name; gives a sentence.

    Args:
        query: the address's names with their texts.

    Raises:
        Problem: the name is empty or too long.
    """
    name = name.strip()
    if not name or len(name) > _LONGEST:
        fail(f"a view needs a name of 1 to {_LONGEST} characters, got {name[:_LONGEST]!r}", USAGE)
    pairs = [(key, text) for key, texts in query.items() for text in texts]
    store.save_document(engine, KIND, name, urlencode(pairs))
    return f"The view is kept as {name}."


def saved_views(engine: Engine) -> dict[str, dict[str, list[str]]]:
    """What each kept view's address held, by name in order."""
    names = sorted(str(name) for name in queries.documents(engine, KIND, limit=1_000)["name"])
    return {name: _read(queries.document(engine, KIND, name) or "") for name in names}


def delete_view(engine: Engine, name: str) -> str:
    """Forgets a view; gives a sentence.

    Raises:
        Problem: there is none of that name.
    """
    known = saved_views(engine)
    if name not in known:
        fail(f"no view is called {name!r}; there is {', '.join(known) or 'none'}", USAGE)
    store.delete_document(engine, KIND, name)
    return f"The view {name} is forgotten."


def _read(text: str) -> dict[str, list[str]]:
    query: dict[str, list[str]] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        query.setdefault(key, []).append(value)
    return query
