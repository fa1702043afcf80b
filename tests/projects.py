"""Projects for tests: what the built-in pipeline would declare if it had other wins."""

from __future__ import annotations

import pytest

from optim.project.wins import Win, in_order
from services import project as projects


def with_wins(monkeypatch: pytest.MonkeyPatch, *wins: Win) -> projects.Project:
    """From now on the built-in pipeline declares these wins; gives its project."""
    monkeypatch.setattr(projects, "all_wins", lambda: {win.name: win for win in in_order(wins)})
    projects._read.cache_clear()
    return projects.current_project()
