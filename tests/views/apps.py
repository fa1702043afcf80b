"""Pages under Streamlit's AppTest: one page at a time, with the whole navigation around it so that links work."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

_SCRIPT = """
import streamlit as st
from views.navigation import streamlit_page
from views.page import all_pages, page_at

st.navigation([streamlit_page(page) for page in all_pages()])
page_at({path!r}).render()
"""


def open_page(url_path: str, **query: str) -> AppTest:
    """The page at ``url_path`` with this address, run once; a problem of the page is a problem of the test."""
    page = AppTest.from_string(_SCRIPT.format(path=url_path), default_timeout=20)
    for name, value in query.items():
        page.query_params[name] = value
    return page.run()


def words(page: AppTest) -> str:
    """All that the page says in words."""
    kinds: tuple[Any, ...] = (page.markdown, page.caption, page.info, page.warning, page.error, page.success)
    return "\n".join(str(element.value) for kind in kinds for element in kind)
