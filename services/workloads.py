"""What a measurement runs the built-in pipeline on: its parameters as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optim.arc.settings import Settings

#: The parameters that say how much work a run of the built-in pipeline is.
WORKLOAD = ("tasks", "seed", "candidates", "workers")


def workload(given: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters of ``WORKLOAD``: what is given (and not None), and for the rest the pipeline's own defaults."""
    settings = Settings()
    return {name: getattr(settings, name) if (value := given.get(name)) is None else value for name in WORKLOAD}


def settings_of(parameters: Mapping[str, Any]) -> Settings:
    """The pipeline's settings for these parameters."""
    return Settings(**workload(parameters))
