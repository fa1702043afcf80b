"""Tries out a project: does it run, is its time found, are its answers the same, does each switch change something?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from optim.evidence.statistics import MIN_BLOCKS, blocks_needed
from optim.pipelines.external.checks import FAIL, NOTE, OK, Check, Finding, Pace
from optim.pipelines.protocol import Interrupted, Job, Target
from profiles.configs import Config
from profiles.owned import owned_folder
from services.pipelines import command_pipeline, parameters
from services.places import home
from services.problems import INTERRUPTED, fail
from services.project import current_project
from services.running import Stop

#: The smallest effect that a forecast speaks of, and what a pair's block holds.
EFFECT, RUNS_A_BLOCK, FEWEST_BLOCKS = 0.05, 4, MIN_BLOCKS


def check(changes: dict[str, object], status: Callable[[str], None]) -> Iterator[Finding]:
    """Tries the project's command out: the baseline twice, each win once; every sentence as it is known.

    Args:
        changes: parameters that are changed, so that a check may take a smaller workload.
        status: hears what is at work.

    Raises:
        Problem: there is no command to check, a parameter can not be, or it was interrupted.
    """
    project, stop = current_project(), Stop()
    pipeline = command_pipeline(project)
    values = parameters(changes)
    targets = [Target(config=Config()), *(Target(config=Config({win})) for win in pipeline.wins)]
    with owned_folder("check-", home()) as scratch, stop.on_signals():
        job = Job(targets=targets, parameters=values, cache_state="cold", scratch=scratch, stop=stop)
        tried = Check(pipeline, job, status)
        try:
            yield from tried.findings()
        except Interrupted:
            fail("interrupted; a check stores nothing", INTERRUPTED)
        if not pipeline.wins:
            yield Finding(
                kind=NOTE, sentence="The project names no win yet, so there is nothing to measure it against."
            )
        if tried.pace is not None:
            yield from _forecast(tried.pace, pipeline.command.margin)


def _forecast(pace: Pace, margin: float) -> Iterator[Finding]:
    """How noisy it is as far as two runs tell, and how long a measurement takes."""
    percent = 100 * pace.noise
    kind = NOTE if percent > 10 else OK
    yield Finding(
        kind=kind, sentence=f"Two runs of the baseline differ by {percent:.1f}% (two runs tell little of noise)."
    )
    needed = blocks_needed(max(pace.noise, 0.005), EFFECT, margin)
    blocks = max(needed or 200, FEWEST_BLOCKS)
    least, most = (_spell(number * RUNS_A_BLOCK * pace.wall_seconds) for number in (FEWEST_BLOCKS, blocks))
    yield Finding(
        kind=OK,
        sentence=f"A block of a measurement is {RUNS_A_BLOCK} runs, about {_spell(RUNS_A_BLOCK * pace.wall_seconds)}; "
        f"a large effect takes {FEWEST_BLOCKS} blocks ({least}), one of {EFFECT:.0%} about {blocks} ({most}).",
    )


def _spell(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def is_worthless(findings: list[Finding]) -> bool:
    """Whether measurements would be."""
    return any(finding.kind == FAIL for finding in findings)
