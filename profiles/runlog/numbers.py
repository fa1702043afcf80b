"""Figures as people and programs write them: ``1234.5``, ``1,234.5``, ``1.234,5``, ``1'234.5``, ``12,3``.

``1,234`` could be either a thousand or a little over one and is no ``NUMBER``; nor is ``1 234,5``, which may be a count
and the seconds. Neither pattern matches a part of a longer figure where what follows it is looked at too.
"""

from __future__ import annotations

_SET_APART = "[\u00a0\u202f'\u2019]"
_EXPONENT = r"(?:[eE][+-]?\d{1,2})?"
#: A figure that can be read one way only, without sign; what follows it is for the caller to look at.
NUMBER = (
    rf"(?:\d{{1,3}}(?:,\d{{3}}){{1,3}}\.\d{{1,6}}|\d{{1,3}}(?:{_SET_APART}\d{{3}}){{1,3}}(?:[.,]\d{{1,6}})?"
    r"|\d{1,3}(?:\.\d{3}){1,3},\d{1,6}|\d{1,9},(?:\d{1,2}|\d{4,6})(?!\d)|(?:0|\d{4,9}),\d{3}"
    rf"|\d{{1,9}}(?:\.\d{{1,6}}{_EXPONENT}|{_EXPONENT}(?! \d{{3}}(?!\d))))"
)
#: A figure that could be a thousand times another: which one, the figures beside it may say.
EITHER = r"[1-9]\d{0,2},\d{3}"


def value_of(text: str) -> float:
    """The value of a figure that matched ``NUMBER``, or of an ``EITHER`` with a decimal comma."""
    mark = "," if text.rfind(",") > text.rfind(".") else "."
    whole, _, rest = text.rpartition(mark) if mark in text else (text, "", "")
    return float("".join(sign for sign in whole if sign in "0123456789eE+-") + (f".{rest}" if rest else ""))


def decimal_mark(text: str) -> str:
    """The mark before the decimals of a figure that matched, a unit behind it or not; empty where it has none."""
    marks = [sign for sign in text if sign in ",."]
    return marks[-1] if marks and ":" not in text else ""
