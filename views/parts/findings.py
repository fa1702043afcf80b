"""What the claim audit found: what is claimed, what follows from the log's own numbers, and where."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from views.data.safe import cells
from views.frames import rows, unknown
from views.text import count, escape

MARKS = {
    "error": ":red-badge[:material/cancel: can not be true]",
    "warning": ":orange-badge[:material/warning: misleads]",
    "note": ":blue-badge[:material/info: note]",
}
#: More than these are in a table below them.
_IN_WORDS = 6


def findings(frame: pd.DataFrame, key: str) -> None:
    """Draws the findings in the order given: columns severity, claimed, follows, line."""
    for finding in rows(frame.head(_IN_WORDS)):
        st.markdown(_words(finding))
    if len(frame) > _IN_WORDS:
        with st.expander(f"All {count(len(frame), 'finding')} as a table", key=f"{key}.more"):
            shown = cells(frame[["severity", "line", "claimed", "follows"]])
            st.dataframe(
                shown, key=f"{key}.findings", hide_index=True, placeholder="–", alt="All findings of the audit"
            )


def _words(finding: dict[str, Any]) -> str:
    line = "" if unknown(finding["line"]) else f" (line {int(finding['line']):,})"
    claim = f"\u201c{escape(finding['claimed'], 300)}\u201d"
    mark = MARKS.get(finding["severity"], MARKS["note"])
    return f"{mark} **{claim}**{line}  \n{escape(finding['follows'], 400)}"
