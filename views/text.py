"""Text for the page: escaping what came from logs, numbers with their units, small sentences.

Whatever a log, a file name or a person's label put into the database goes through ``escape`` before it becomes part
of Streamlit's Markdown, and through ``plain`` before it becomes part of a chart.
"""

from __future__ import annotations

import html
import re
from datetime import datetime

from services.wording import NONE as NONE
from services.wording import count as count
from services.wording import listed as listed
from services.wording import memory as memory
from services.wording import percent as percent
from services.wording import seconds as seconds
from services.wording import shortened as shortened
from services.wording import signed as signed
from services.wording import times as times

#: Takes no room, and keeps apart what Streamlit would turn into a link, an icon, an emoji or an arrow even if escaped.
_WORD_JOINER = "\u2060"
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_TO_BREAK = re.compile(r"(:(?=\S)|@|[wW]{3}(?=\.)|(?<!\S)[-<>~](?=[-=>]))")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_EVIDENCE = re.compile(r"\b(measurement|run) (\d+)\b")


def escape(text: object, limit: int = 500) -> str:
    """``text`` as one line of Markdown that shows exactly itself: nothing in it is interpreted or linked.

    Control and direction marks become spaces; what is longer than ``limit`` characters is cut with an ellipsis.
    """
    return _PUNCTUATION.sub(r"\\\1", _TO_BREAK.sub(rf"\1{_WORD_JOINER}", one_line(text, limit)))


def linked(text: object) -> str:
    """``text`` escaped, with ``measurement 12`` and ``run 5`` as links to their pages; for the app's own sentences."""
    return _EVIDENCE.sub(r"[\1 \2](\1?\1=\2)", escape(text)).replace("](measurement?", "](measure?")


def plain(text: object, limit: int = 80) -> str:
    """``text`` for a chart, where Plotly would read tags: shows exactly itself, cut to ``limit`` characters."""
    return html.escape(one_line(text, limit), quote=False)


def one_line(text: object, limit: int = 500) -> str:
    """``text`` without control and direction marks, cut to ``limit`` characters."""
    line = _UNSEEN.sub(" ", str(text)).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def missing(value: object) -> bool:
    """None, NaN and NaT."""
    return value is None or value != value


def speedup(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """A speedup with its interval: ``1.23x (1.20x to 1.26x)``."""
    if low is None or high is None or missing(low) or missing(high):
        return times(value)
    return f"{times(value)} ({times(low)} to {times(high)})"


def saving(value: float | None) -> float | None:
    """The saving (1 - after/before, in 0-1) that a speedup means."""
    return None if value is None or missing(value) or value <= 0 else 1 - 1 / value


def saved(value: float | None) -> str:
    """What a speedup means for the time: ``12.3% saved``, or ``4.2% more time``."""
    share = saving(value)
    if share is None or value is None:
        return NONE
    return f"{percent(share, 1)} saved" if share >= 0 else f"{percent(1 / value - 1, 1)} more time"


def moment(value: datetime | None) -> str:
    """``2025-10-17 08:15``; the database keeps UTC."""
    return NONE if value is None or missing(value) else f"{value:%Y-%m-%d %H:%M}"
