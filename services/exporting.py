"""A run, its profile or a measurement as a file of other programs, or of another Quickwin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from db import queries
from db.problems import UnknownRow
from profiles import exports, logs
from profiles.flame import session_to_speedscope
from services.problems import USAGE, fail

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from profiles.records import RunRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """One format: what people read on the button, the file's suffix, its media type; ``profile``: of the run's profile,
    not of the run."""

    title: str
    suffix: str
    mime: str
    profile: bool = False


FORMATS = {
    "json": Format(title="JSON", suffix=".json", mime="application/json"),
    "csv": Format(title="CSV of the phases", suffix=".csv", mime="text/csv"),
    "speedscope": Format(title="speedscope", suffix=".speedscope.json", mime="application/json"),
    "chrome": Format(title="Chrome trace", suffix=".trace.json", mime="application/json"),
    "log": Format(title="Log", suffix=".log", mime="text/plain"),
    "profile": Format(
        title="Profile (pyinstrument session)", suffix=".pyisession", mime="application/json", profile=True
    ),
    "profile-speedscope": Format(
        title="Profile (speedscope)", suffix=".profile.speedscope.json", mime="application/json", profile=True
    ),
}
_RUN: dict[str, Callable[[RunRecord], str]] = {
    "json": exports.to_json,
    "csv": exports.to_csv,
    "speedscope": exports.to_speedscope,
    "chrome": exports.to_chrome_trace,
    "log": logs.write_log,
}


def formats_of(has_profile: bool) -> dict[str, Format]:
    """The formats that a run can be written in."""
    return {name: form for name, form in FORMATS.items() if has_profile or not form.profile}


def export_run(engine: Engine, run_id: int, form: str) -> str:
    """The run as text in a format of ``FORMATS``; its session as it is kept for ``profile``.

    Raises:
        Problem: the run has no profile.
        UnknownRow: there is no such run.
    """
    record = queries.run(engine, run_id)
    if not FORMATS[form].profile:
        return _RUN[form](record)
    session = queries.profile(engine, run_id)
    if session is None:
        fail(f"run {run_id} has no profile; quickwin run --profile records one")
    return session if form == "profile" else session_to_speedscope(session, record.label)


def file_name(run_id: int, form: str) -> str:
    """What the file of a run is called."""
    return f"quickwin-run-{run_id}{FORMATS[form].suffix}"


def export_measurement(engine: Engine, measurement_id: int) -> str:
    """A measurement with its blocks and runs as one file that another Quickwin imports.

    Raises:
        Problem: there is no such measurement, or it has no block yet.
    """
    try:
        measurement = queries.measurement(engine, measurement_id)
    except UnknownRow as problem:
        fail(str(problem), USAGE)
    blocks = queries.blocks(engine, measurement_id)
    if blocks.empty:
        fail(f"measurement {measurement_id} has no run yet, so there is nothing to take along")
    runs = {int(number): queries.run(engine, int(number)) for number in dict.fromkeys(blocks["run_id"])}
    rows = [
        {
            "block": int(row["block"]),
            "arm": row["arm"],
            "position": int(row["position"]),
            "key": runs[int(row["run_id"])].key,
        }
        for row in blocks.to_dict("records")
    ]
    return exports.measurement_to_json(measurement.spec, rows, list(runs.values()), measurement.verdict)


def measurement_file_name(measurement_id: int) -> str:
    """What the file of a measurement is called."""
    return f"quickwin-measurement-{measurement_id}.json"
