"""Text for the page: escaping what came from logs, numbers with their units, small sentences.

Whatever a log, a file name or a person's label put into the database goes through ``escape`` before it becomes part
of Streamlit's Markdown, and through ``plain`` before it becomes part of a chart.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import datetime

#: Takes no room, and keeps apart what Streamlit would turn into a link, an icon, an emoji or an arrow even if escaped.
_WORD_JOINER = "\u2060"
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_TO_BREAK = re.compile(r"(:(?=\S)|@|[wW]{3}(?=\.)|(?<!\S)[-<>~](?=[-=>]))")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_EVIDENCE = re.compile(r"\b(measurement|run) (\d+)\b")
NONE = "–"


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


def seconds(value: float | None) -> str:
    """Seconds with about three digits: ``24.8 s``, ``2.14 s``, ``34 ms``, ``5 min 12 s``."""
    if value is None or missing(value):
        return NONE
    size = abs(value)
    if size >= 3570:
        return "{} h {} min".format(*divmod(round(value / 60), 60))
    if size >= 120:
        return "{} min {} s".format(*divmod(round(value), 60))
    if size >= 9.995 or size == 0:
        return f"{value:.1f} s"
    if size >= 0.1:
        return f"{value:.2f} s"
    return f"{value * 1e3:.3g} ms" if size >= 1e-4 else f"{value * 1e6:.3g} µs"


def percent(share: float | None, digits: int = 0) -> str:
    """A share of 0-1 as ``74%``; what is not quite nothing or not quite all is not rounded to it."""
    if share is None or missing(share):
        return NONE
    if digits == 0 and 0 < share < 0.005:
        return "<1%"
    if digits == 0 and 0.995 < share < 1:
        return ">99%"
    return f"{share * 100:.{digits}f}%"


def times(speedup: float | None) -> str:
    """A speedup (before / after): ``1.23x``."""
    return NONE if speedup is None or missing(speedup) else f"{speedup:.{1 if speedup >= 10 else 2}f}x"


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


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 task``, ``13,200 tasks``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def moment(value: datetime | None) -> str:
    """``2025-10-17 08:15``; the database keeps UTC."""
    return NONE if value is None or missing(value) else f"{value:%Y-%m-%d %H:%M}"


def listed(names: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *first, last = list(names) or [NONE]
    return f"{', '.join(first)} and {last}" if first else last
