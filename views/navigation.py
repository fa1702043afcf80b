"""Pages as Streamlit knows them, and links between them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from views import address
from views.data.connection import drawing
from views.page import Page, all_pages, page_at
from views.problems import guard


def streamlit_pages() -> list[st.Page]:
    """All pages for ``st.navigation``: those of the menu, and a hidden one at the root that shows the first of them.

    A page that Streamlit is given as the default has no address of its own, so that ``/progress`` would be unknown.
    """
    first, *_ = all_pages()
    root = st.Page(_drawing(first), title=first.title, icon=first.icon, default=True, visibility="hidden")
    return [root, *(streamlit_page(page) for page in all_pages())]


def streamlit_page(page: Page) -> st.Page:
    """``page`` for ``st.navigation``: guarded, so that no problem ever shows as a stack trace."""
    return st.Page(_drawing(page), title=page.title, icon=page.icon, url_path=page.url_path, help=page.question)


def _drawing(page: Page) -> Callable[[], None]:
    def draw() -> None:
        st.title(page.title, icon=page.icon)
        st.caption(page.question)
        address.begin(page.url_path)
        with guard(), drawing():
            page.render()
        address.finish()

    return draw


def link(url_path: str, label: str, *, icon: str | None = None, **query: str | int) -> None:
    """A link to the page at ``url_path``, with ``query`` as its address: ``link("run", "Run 12", run=12)``."""
    target = streamlit_page(page_at(url_path))
    st.page_link(target, label=label, icon=icon, query_params={name: str(value) for name, value in query.items()})


def go(url_path: str, **query: str | int | list[str]) -> None:
    """Leaves for the page at ``url_path``; for buttons, not for their callbacks."""
    texts = {name: value if isinstance(value, list) else str(value) for name, value in query.items()}
    st.switch_page(streamlit_page(page_at(url_path)), query_params=texts)
