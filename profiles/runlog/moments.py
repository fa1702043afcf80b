"""The moment in what stands before a line: ISO and other dates, a time of day, seconds since 1970 or since a start."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

_TIME = rb"(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:\s?([AaPp])\.?[Mm])?"
_ZONE = rb"\s?(Z|UTC|GMT|[+-]\d\d:?\d\d)?(?!\w)"
#: Year, month, day; or day, month, year with points. With slashes either order is written, so that is no date.
_DATED = (
    re.compile(rb"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d\d)[-/.](?P<day>\d\d)[T ,;_]{1,3}" + _TIME + _ZONE),
    re.compile(rb"(?<!\d)(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4})[T ,;_]{1,3}" + _TIME + _ZONE),
)
_OF_DAY = re.compile(rb"(?<![\d:])" + _TIME + rb"(?![\d:])")
_EPOCH = re.compile(rb"(?<![\d.])(1\d{9})(?:[.,](\d{1,9}))?(?![\d.])")
_ELAPSED = re.compile(rb"\[\s{0,12}(\d{1,7})\.(\d{1,9})\s?s?\]|(?<![\w.])(\d{1,7})\.(\d{1,9})s(?!\w)")
_DAY = 86_400.0


class Stamp(NamedTuple):
    """``seconds`` on a clock that runs through a file; ``at`` where a date is written; ``is_whole``: no fraction is;
    ``is_zoned``: a zone is written, else UTC is taken."""

    seconds: float
    at: datetime | None
    is_whole: bool
    is_zoned: bool


class Moments:
    """The stamps of one file's lines. A time of day goes on past midnight."""

    def __init__(self) -> None:
        self._day = self._last = 0.0

    def of(self, before: bytes) -> Stamp | None:
        """The moment in what stands before a line; None where there is none, or it can not be."""
        for form in _DATED:
            if match := form.search(before):
                return _dated(match)
        if match := _OF_DAY.search(before):
            return self._of_day(match)
        if match := _EPOCH.search(before):
            at = datetime.fromtimestamp(int(match[1]), UTC) + _fraction(match[2])
            return Stamp(at.timestamp(), at, match[2] is None, True)
        if match := _ELAPSED.search(before):
            whole, part = match[1] or match[3], match[2] or match[4]
            return Stamp(float(whole + b"." + part), None, False, False)
        return None

    def _of_day(self, match: re.Match[bytes]) -> Stamp | None:
        clock = _clock(match)
        if clock is None:
            return None
        seconds = self._day + clock.total_seconds()
        if seconds < self._last - _DAY / 2:
            self._day += _DAY
            seconds += _DAY
        self._last = seconds
        return Stamp(seconds, None, match[4] is None, False)


def _dated(match: re.Match[bytes]) -> Stamp | None:
    *_, hour, minute, second, part, half, zone = match.groups()
    clock = _time(hour, minute, second, part, half)
    try:
        day = datetime(int(match["year"]), int(match["month"]), int(match["day"]), tzinfo=_zone(zone))
    except ValueError:
        return None
    if clock is None:
        return None
    at = (day + clock).astimezone(UTC)
    return Stamp(at.timestamp(), at, part is None, zone is not None)


def _zone(text: bytes | None) -> timezone:
    if text is None or text in (b"Z", b"UTC", b"GMT"):
        return UTC
    sign = -1 if text.startswith(b"-") else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))


def _clock(match: re.Match[bytes]) -> timedelta | None:
    hour, minute, second, part, half = match.groups()
    return _time(hour, minute, second, part, half)


def _time(hour: bytes, minute: bytes, second: bytes, part: bytes | None, half: bytes | None) -> timedelta | None:
    hours, minutes, seconds = int(hour), int(minute), int(second)
    if half is not None:
        hours = hours % 12 + (12 if half in b"pP" else 0)
    if hours > 23 or minutes > 59 or seconds > 60:
        return None
    return timedelta(hours=hours, minutes=minutes, seconds=seconds) + _fraction(part)


def _fraction(digits: bytes | None) -> timedelta:
    return timedelta(seconds=float(b"0." + digits)) if digits else timedelta()
