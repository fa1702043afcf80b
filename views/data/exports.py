"""A run in the formats of other programs, for downloads."""

from __future__ import annotations

from collections.abc import Callable

from db import queries
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
    from profiles import exports, logs

    return {
        "json": exports.to_json,
        "csv": exports.to_csv,
        "speedscope": exports.to_speedscope,
        "chrome": exports.to_chrome_trace,
        "log": logs.write_log,
    }
