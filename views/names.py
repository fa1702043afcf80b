"""Names of downloads: the project, what it is, the day."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from services.project import current_project


def download_name(what: str, ending: str) -> str:
    """``arc-runs-2026-03-04.csv``: the project's name, what is in it, today's date in UTC."""
    project = re.sub(r"[^\w.-]+", "-", current_project().name)
    return f"{project}-{what}-{datetime.now(UTC):%Y-%m-%d}.{ending}"
