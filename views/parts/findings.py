"""What the claim audit found: what is claimed, what follows from the log's own numbers, and where."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from views.frames import rows, unknown
from views.text import count, escape

MARKS = {
    "error": ":red-badge[✖ can not be true]",
    "warning": ":orange-badge[▲ misleads]",
    "note": ":blue-badge[● note]",
}
#: More than these are behind a click.
IN_WORDS = 6


def findings(frame: pd.DataFrame, key: str, in_words: int = IN_WORDS) -> None:
    """Draws the findings in the order given, the first ``in_words`` at once.

    Columns: severity, claimed, follows, line.
    """
    for finding in rows(frame.head(in_words)):
        st.markdown(_words(finding))
    rest = frame.iloc[in_words:]
    if len(rest):
        with st.expander(f"{count(len(rest), 'more finding')}", key=f"{key}.more"):
            for finding in rows(rest):
                st.markdown(_words(finding))


def _words(finding: dict[str, Any]) -> str:
    line = "" if unknown(finding["line"]) else f" (line {int(finding['line']):,})"
    claim = f"\u201c{escape(finding['claimed'], 300)}\u201d"
    mark = MARKS.get(finding["severity"], MARKS["note"])
    return f"{mark} **{claim}**{line}  \n{escape(finding['follows'], 400)}"
