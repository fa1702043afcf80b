"""A command line to be read and copied.

Streamlit's own code block brings a highlighter of 1.5 MB to the browser, and here is nothing to highlight.
"""

from __future__ import annotations

import streamlit as st

_COPY = st.components.v2.component(
    "quickwin_copy_command",
    html='<button type="button" aria-live="polite">Copy</button>',
    css="""
button { font: inherit; font-size: .8rem; padding: .1rem .5rem; border-radius: .25rem; cursor: pointer;
  color: var(--st-text-color); background: var(--st-background-color); border: 1px solid var(--st-border-color); }
button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-primary-color); }
""",
    js="""
export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  button.onclick = async () => {
    try { await navigator.clipboard.writeText(data.line); button.textContent = "Copied"; }
    catch { button.textContent = "Mark it and copy"; }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  };
}
""",
)


def command(line: str, key: str) -> None:
    """Draws the line with a button that copies it."""
    fence = "``" if "`" in line else "`"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=key):
        st.markdown(f"{fence}{line}{fence}", width="content")
        _COPY(data={"line": line}, key=f"{key}.copy", width="content")
