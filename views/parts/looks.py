"""What the theme can not say: a focus that is seen on everything that takes keys, and no motion for who wants none."""

from __future__ import annotations

import streamlit as st

#: Streamlit marks a focused link by a tint that hardly differs from the page.
_STYLE = """<style>
:is(a, button, summary, [role="tab"], [role="radio"], [role="region"], [role="slider"]):focus-visible {
  outline: 2px solid currentColor !important; outline-offset: 2px; border-radius: .25rem;
}
@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after {
    animation-duration: .01ms !important; animation-iteration-count: 1 !important;
    transition-duration: .01ms !important; scroll-behavior: auto !important;
  }
}
</style>"""


def looks() -> None:
    """For every page, once."""
    st.html(_STYLE)
