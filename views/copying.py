"""Buttons that copy a text to the clipboard, in the browser, and say that they did."""

from __future__ import annotations

from typing import Any

import streamlit as st


def copy_button(name: str, *, label: str, copied: str, otherwise: str, text: str, size: str, padding: str) -> Any:
    """A component that is such a button.

    Args:
        name: the component's own.
        label: what stands on it; ``copied`` afterwards, ``otherwise`` where the browser refuses.
        text: what is copied, as an expression of JavaScript, in which ``data`` is what the component is given.
        size: of its font, and ``padding``, in CSS.
    """
    return st.components.v2.component(
        name,
        html=f'<button type="button" aria-live="polite">{label}</button>',
        css=f"""
button {{ font: inherit; font-size: {size}; padding: {padding}; border-radius: .25rem; cursor: pointer;
  color: var(--st-text-color); background: var(--st-background-color); border: 1px solid var(--st-border-color); }}
button:hover, button:focus-visible {{ border-color: var(--st-primary-color); color: var(--st-primary-color); }}
""",
        js=f"""
export default function ({{ data, parentElement }}) {{
  const button = parentElement.querySelector("button");
  button.onclick = async () => {{
    try {{ await navigator.clipboard.writeText({text}); button.textContent = "{copied}"; }}
    catch {{ button.textContent = "{otherwise}"; }}
    setTimeout(() => {{ button.textContent = "{label}"; }}, 2000);
  }};
}}
""",
    )
