"""Plan and evidence as documents: the tracker in the user's own format, the results, the report; for downloads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from db import queries
from optim.plan import tracker as trackers
from optim.plan.report import html_report, results_document
from optim.plan.standing import standing
from optim.project.plan import Plan
from services.project import current_project
from views.data import deciding
from views.data.connection import engine
from views.data.evidence import evidence
from views.report import report_charts


def tracker() -> str:
    """The progress tracker as Markdown, with what trackers that were read in hold beyond plan and evidence."""
    plan = current_project().plan
    imported = [trackers.parse(body) for body in queries.bodies(engine(), "tracker")]
    return trackers.render(plan, evidence(plan), imported)


def results() -> str:
    """What came out, as Markdown: verdicts, decisions, attribution, projection and odds, and what is not known."""
    return _results(current_project().plan)


def page() -> str:
    """The results with their charts as one HTML file that asks for nothing from outside."""
    plan = current_project().plan
    charts = report_charts(plan, evidence(plan), _attribution()[0])
    return html_report(_results(plan), f"{plan.phase} Results", charts)


def _results(plan: Plan) -> str:
    known = evidence(plan).with_results(plan.results_file)
    found, name = _attribution()
    now = standing(plan, known)
    return results_document(plan, known, now, attribution=found, attribution_name=name, written_at=datetime.now(UTC))


def _attribution() -> tuple[Mapping[str, Any] | None, str]:
    known = deciding.attributions()
    return (deciding.attribution(known[0]), f"measurement {known[0]}") if known else (None, "")
