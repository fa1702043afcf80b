"""Tables to read: no sorting, no selection, and none of the code that those take in the browser (1.2 MB)."""

from __future__ import annotations

from typing import Literal

import pandas as pd
import streamlit as st

#: Pixels of a row, of what stands around them, and of a table at most: in a box of a known height it scrolls both ways.
_ROW, _AROUND, _TALL = 40, 80, 560


def table(rows: pd.DataFrame, key: str, scrolls: bool = False) -> None:
    """Draws texts, which are Markdown: what comes from logs and people must be escaped before.

    Args:
        rows: the cells, under the titles of their columns.
        key: of the box that it lies in.
        scrolls: whether that box scrolls, for many rows or columns; only with links in it, by which keys come there.
    """
    lines = [list(rows.columns), ["---"] * len(rows.columns), *rows.to_numpy().tolist()]
    height: int | Literal["content"] = min(_TALL, _AROUND + _ROW * len(rows)) if scrolls else "content"
    with st.container(height=height, border=False, key=key):
        st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))
