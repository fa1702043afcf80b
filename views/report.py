"""The charts of a report that leaves the app: the ones of the pages, as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from optim.evidence.records import TrackerEvidence
from optim.plan.report import Chart
from optim.project.records import Plan
from views.charts import evidence as evidence_charts
from views.charts import progress
from views.charts.layout import CONFIG
from views.data.progress import forest, steps


def report_charts(plan: Plan, evidence: TrackerEvidence, attribution: Mapping[str, Any] | None) -> list[Chart]:
    """The waterfall, the wins beside each other and, where there is an attribution, its seconds.

    Args:
        attribution: what a measurement's verdict holds under ``attribution``.
    """
    drawn = {}
    if plan.baseline is not None:
        table, target = steps(plan, evidence), plan.target.seconds if plan.target else None
        band = (target.low, target.high) if target else None
        drawn[f"Seconds on {plan.machine}, projected"] = progress.waterfall(table, band)
    drawn["Planned and measured"] = progress.forest(forest(plan, evidence, {}))
    if attribution:
        drawn["Seconds saved by each win"] = evidence_charts.contributions(pd.DataFrame(attribution["shapley"]))
    return [_chart(title, figure, first=at == 0) for at, (title, figure) in enumerate(drawn.items())]


def _chart(title: str, figure: Any, first: bool) -> Chart:
    """The first chart of a page carries plotly.js for all of them."""
    return Chart(title=title, html=figure.to_html(config=CONFIG, include_plotlyjs=first, full_html=False))
