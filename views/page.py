"""What a page declares, and how the pages are found: each module of ``views/pages`` has ``PAGE = Page(...)``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of the app.

    ``url_path`` is its address, ``order`` its place in the menu (the lowest is the page at the root), ``question``
    the one that its first screen answers. ``render`` draws it, without arguments: the database and the address are
    its state.
    """

    title: str
    url_path: str
    icon: str
    order: int
    question: str
    render: Callable[[], None]


def all_pages() -> list[Page]:
    """Every page in the order of the menu. An import error in one of them escapes: a page never disappears."""
    package = importlib.import_module("views.pages")
    names = [module.name for module in pkgutil.iter_modules(package.__path__)]
    pages = [importlib.import_module(f"views.pages.{name}").PAGE for name in names]
    return sorted(pages, key=lambda page: page.order)


def page_at(url_path: str) -> Page:
    """The page with this address.

    Raises:
        KeyError: there is none, with the addresses that there are.
    """
    pages = {page.url_path: page for page in all_pages()}
    if url_path not in pages:
        raise KeyError(f"no page at {url_path!r}; known: {', '.join(pages)}")
    return pages[url_path]
