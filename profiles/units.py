"""The units of time that logs and tables name, by the ways people write them."""

from __future__ import annotations

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
