"""What is loaded once is left out of Python's searches for garbage.

Streamlit searches after each drawing of a page, and holds back the last of it meanwhile: 0.1 s with the 200,000 objects
of all modules.
"""

from __future__ import annotations

import gc
import sys

import streamlit as st


def set_aside() -> None:
    """Sets aside for good what there is, where modules were loaded since the last time: these stay."""
    _set_aside(len(sys.modules))


@st.cache_resource(max_entries=1, show_spinner=False)
def _set_aside(modules: int) -> None:
    gc.collect()
    gc.freeze()
