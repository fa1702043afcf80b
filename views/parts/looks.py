"""What the theme can not say: a focus that is seen on everything that takes keys, no motion for who wants none, and
tables to read.
"""

from __future__ import annotations

import streamlit as st

#: Streamlit marks a focused link by a tint that hardly differs from the page.
_STYLE = """<style>
:is(a, button, summary, [role="tab"], [role="radio"], [role="region"], [role="slider"]):focus-visible {
  outline: 2px solid currentColor !important; outline-offset: 2px; border-radius: .25rem;
}
.quickwin-table { overflow: auto; font-size: .9rem; }
.quickwin-table.cut { max-height: 560px; }
.quickwin-table table { border-collapse: collapse; min-width: 100%; margin: 0; }
.quickwin-table :is(th, td) { padding: .35rem .7rem; text-align: left; vertical-align: top; font-weight: inherit;
  line-height: 1.35; border: 1px solid color-mix(in srgb, currentColor 18%, transparent); }
.quickwin-table thead th { color: color-mix(in srgb, currentColor 75%, transparent); }
.quickwin-table .long { min-width: 18rem; }
.quickwin-table a { color: inherit; text-decoration: underline; }
.quickwin-table .number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
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
