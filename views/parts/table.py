"""Tables to read: no sorting, no selection, and none of the code that those take in the browser."""

from __future__ import annotations

import pandas as pd
import streamlit as st

#: Rows from which on a table scrolls, and its height in pixels then.
_MOST, _TALL = 12, 440


def table(rows: pd.DataFrame, alt: str) -> None:
    """Draws texts, which are Markdown: what comes from logs and people must be escaped before.

    Args:
        rows: the cells, under the titles of their columns.
        alt: what it is, for who can not see it.
    """
    st.table(rows, hide_index=True, height=_TALL if len(rows) > _MOST else "content", alt=alt)
