"""Tables to read: no sorting, no selection, and none of the code that those take in the browser (1.2 MB)."""

from __future__ import annotations

import pandas as pd
import streamlit as st

#: Rows from which on a table scrolls, and its height in pixels then.
_MOST, _TALL = 12, 440


def table(rows: pd.DataFrame, key: str) -> None:
    """Draws texts, which are Markdown: what comes from logs and people must be escaped before.

    Args:
        rows: the cells, under the titles of their columns.
        key: of the box that it lies in.
    """
    lines = [list(rows.columns), ["---"] * len(rows.columns), *rows.to_numpy().tolist()]
    with st.container(height=_TALL if len(rows) > _MOST else "content", key=key):
        st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))
