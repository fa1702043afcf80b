"""A run in the formats of other programs, for downloads."""

from __future__ import annotations

from collections.abc import Callable

from db import queries
from profiles.exports import to_chrome_trace, to_csv, to_json, to_speedscope
from profiles.logs import write_log
from profiles.records import RunRecord
from views.data.connection import engine

#: Format: what people read on the button, the file's suffix, its media type.
FORMATS = {
    "json": ("JSON", ".json", "application/json"),
    "csv": ("CSV of the phases", ".csv", "text/csv"),
    "speedscope": ("speedscope", ".speedscope.json", "application/json"),
    "chrome": ("Chrome trace", ".trace.json", "application/json"),
    "log": ("Log", ".log", "text/plain"),
}


def export(run_id: int, form: str) -> bytes:
    """The run as a file of this format.

    Raises:
        UnknownRow: there is no such run.
        KeyError: there is no such format.
    """
    return _writers()[form](queries.run(engine(), run_id)).encode()


def _writers() -> dict[str, Callable[[RunRecord], str]]:
    return {
        "json": to_json,
        "csv": to_csv,
        "speedscope": to_speedscope,
        "chrome": to_chrome_trace,
        "log": write_log,
    }
