"""Pages as Streamlit knows them, and links between them."""

from __future__ import annotations

import streamlit as st

from views.page import Page, all_pages, page_at
from views.problems import guard


def streamlit_page(page: Page) -> st.Page:
    """``page`` for ``st.navigation``: guarded, so that no problem ever shows as a stack trace."""

    def draw() -> None:
        st.title(page.title, icon=page.icon)
        st.caption(page.question)
        with guard():
            page.render()

    return st.Page(
        draw,
        title=page.title,
        icon=page.icon,
        url_path=page.url_path,
        default=page.order == min(one.order for one in all_pages()),
        help=page.question,
    )


def link(url_path: str, label: str, *, icon: str | None = None, **query: str | int) -> None:
    """A link to the page at ``url_path``, with ``query`` as its address: ``link("run", "Run 12", run=12)``."""
    target = streamlit_page(page_at(url_path))
    st.page_link(target, label=label, icon=icon, query_params={name: str(value) for name, value in query.items()})


def go(url_path: str, **query: str | int) -> None:
    """Leaves for the page at ``url_path``; for buttons."""
    st.switch_page(streamlit_page(page_at(url_path)), query_params={name: str(value) for name, value in query.items()})
