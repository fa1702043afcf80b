"""Plan and evidence as documents, for downloads."""

from __future__ import annotations

from services import documents
from services.project import current_project
from views.data.account import known
from views.data.connection import engine


def tracker() -> str:
    """The progress tracker as Markdown, with what trackers that were read in hold beyond plan and evidence."""
    return documents.tracker_text(engine(), current_project())


def results() -> str:
    """What came out, as Markdown: verdicts, decisions, attribution, projection and odds, and what is not known."""
    return documents.results_text(known(), current_project().plan.results_file)


def page() -> str:
    """The results with their charts as one HTML file that asks for nothing from outside."""
    return documents.report_text(known())
