"""Writing the results down: what the checklist asks for."""

from __future__ import annotations

from services.documents import note_results
from services.project import current_project
from views.data import documents
from views.data.connection import engine, forget, read_only


def write_results() -> str:
    """The results as Markdown; the database notes that they were written, where it may be written."""
    text = documents.results()
    if read_only() is None:
        note_results(engine(), current_project().plan.results_file, text)
    forget("evidence")
    return text
