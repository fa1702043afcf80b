"""The units of time that logs and tables name, by the ways people write them."""

from __future__ import annotations

import re

#: Seconds in one of each unit.
UNITS = {
    **dict.fromkeys(
        ("s", "sec", "secs", "second", "seconds", "sek", "sekunde", "sekunden", "seconde", "secondes"), 1.0
    ),
    **dict.fromkeys(("segundo", "segundos", "secondo", "secondi"), 1.0),
    **dict.fromkeys(("ms", "msec", "msecs", "millis", "millisecond", "milliseconds", "millisekunden"), 1e-3),
    **dict.fromkeys(("us", "usec", "\u00b5s", "\u03bcs", "micros", "microsecond", "microseconds"), 1e-6),
    **dict.fromkeys(("ns", "nsec", "nanos", "nanosecond", "nanoseconds"), 1e-9),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuten", "minutos", "minuti"), 60.0),
    **dict.fromkeys(("h", "hour", "hours", "stunden", "heures", "horas", "ore"), 3600.0),
}

_STEPS = re.compile(
    r"(?:(\d{1,6}) ?(?:days?|d) ?)?(?:(\d{1,6}) ?(?:hours?|hrs?|h) ?)?(?:(\d{1,6}) ?(?:minutes?|mins?|m) ?)?"
    r"(?:(\d{1,6}(?:[.,]\d{1,9})?) ?(?:seconds?|secs?|s))?"
)


def spoken(text: str) -> float | None:
    """``1h 2m``, ``3m20s``, ``1min 5s`` or ``1d 2h`` in seconds; None where it is no such span of two units or more."""
    match = _STEPS.fullmatch(text)
    parts = match.groups() if match else ()
    if sum(part is not None for part in parts) < 2:
        return None
    figures = (float((part or "0").replace(",", ".")) for part in parts)
    return sum(figure * seconds for figure, seconds in zip(figures, (86_400.0, 3600.0, 60.0, 1.0), strict=True))
