"""The time of a run from what it printed: its output goes through the importers."""

from __future__ import annotations

from optim.pipelines.external.evaluation import Timed
from optim.pipelines.external.process import Execution
from profiles.intake.limits import Limits
from profiles.intake.reading import Reading


def from_log(execution: Execution) -> Timed:
    """The last run with a time that the importers find in the output; without one the problem."""
    reading = Reading(limits=Limits())
    for name, output in (("stdout", execution.stdout), ("stderr", execution.stderr)):
        if output.size:
            reading.take(name, output.kept)
    preview = reading.finish()
    timed_runs = [run.record for run in preview.runs if run.record.wall_seconds]
    if timed_runs:
        return Timed(source="log", record=timed_runs[-1])
    refused = next((file.refused for file in preview.files if file.refused), None) or "it holds no run with a time"
    return Timed(
        source="wall", problem=f"the time was to come from the log, but the output was not understood: {refused}"
    )
