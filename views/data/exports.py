"""A run in the formats of other programs, for downloads."""

from __future__ import annotations

from services.exporting import Format, export_run, file_name, formats_of
from views.data.connection import engine

__all__ = ["Format", "export", "file_name", "formats_of"]


def export(run_id: int, form: str) -> bytes:
    """The run as a file of this format; as ``services.exporting.export_run``."""
    return export_run(engine(), run_id, form).encode()
