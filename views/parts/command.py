"""A command line to be read and copied.

Streamlit's own code block brings a highlighter of 1.5 MB to the browser, and here is nothing to highlight.
"""

from __future__ import annotations

import streamlit as st

from views.copying import copy_button

_COPY = copy_button(
    "quickwin_copy_command",
    label="Copy",
    copied="Copied",
    otherwise="Mark it and copy",
    text="data.line",
    size=".8rem",
    padding=".1rem .5rem",
)


def command(line: str, key: str) -> None:
    """Draws the line with a button that copies it."""
    fence = "``" if "`" in line else "`"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=key):
        st.markdown(f"{fence}{line}{fence}", width="content")
        _COPY(data={"line": line}, key=f"{key}.copy", width="content")
