"""A run in the formats of other programs, for downloads."""

from __future__ import annotations

from services.exporting import (
    Format,
    export_measurement,
    export_run,
    file_name,
    formats_of,
    measurement_file_name,
)
from views.data.connection import engine

__all__ = ["Format", "export", "export_of_measurement", "file_name", "formats_of", "measurement_file_name"]


def export(run_id: int, form: str) -> bytes:
    """The run as a file of this format; as ``services.exporting.export_run``."""
    return export_run(engine(), run_id, form).encode()


def export_of_measurement(measurement_id: int) -> bytes:
    """A measurement with its blocks and runs; as ``services.exporting.export_measurement``."""
    return export_measurement(engine(), measurement_id).encode()
