"""The built-in pipeline's workers, started as early as a command can: they load while the database is opened."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from optim.arc.workers.crew import Crew, started_early
from profiles.system import HAS_PROCESS_GROUPS
from services.places import read_only
from services.project import current_project


@contextlib.contextmanager
def early_crew(given: Mapping[str, Any]) -> Iterator[Crew]:
    """As many workers as a run with the given parameters will need.

    None where it needs none here (a project's own command, a cluster) or will be refused; whatever is wrong with the
    parameters is for the run itself to say.
    """
    with started_early(_needed(given)) as crew:
        yield crew


def _needed(given: Mapping[str, Any]) -> int:
    if not HAS_PROCESS_GROUPS or given.get("scheduler") or read_only() or current_project().command is not None:
        return 0
    try:
        return int(given.get("workers", 1))
    except (TypeError, ValueError):
        return 0
