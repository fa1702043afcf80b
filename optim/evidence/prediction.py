"""What a win can bring at most, before it is measured: Amdahl's law on the baseline's recorded phases.

G. M. Amdahl, "Validity of the single processor approach" (AFIPS 1967): what does not touch a phase can not save its
seconds, so the phases that a win addresses, gone altogether, bound what it saves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from optim.evidence.statistics import percent
from profiles.records import PhaseTiming

Path = tuple[str, ...]


class PredictionError(ValueError):
    """The baseline's phases do not allow a prediction; the sentence says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """The most that some wins can save of a run of ``wall_seconds``; ``speedup`` is infinite when that is all of it.

    ``missing`` are addressed phases that the baseline did not record: what they hold is not in the bound.
    """

    wall_seconds: float
    seconds: float
    addresses: tuple[Path, ...]
    missing: tuple[Path, ...] = ()

    @property
    def saving(self) -> float:
        """The largest saving, 0-1."""
        return min(self.seconds / self.wall_seconds, 1.0)

    @property
    def speedup(self) -> float:
        """The largest speedup, 1 or more."""
        rest = 1 - self.saving
        return 1 / rest if rest > 1e-12 else float("inf")

    @property
    def sentence(self) -> str:
        """One sentence for people."""
        if not self.addresses:
            return "No recorded phase is addressed, so nothing can be predicted."
        phases = ", ".join("/".join(path) for path in self.addresses)
        return (
            f"At most {self.seconds:.3g} s of {self.wall_seconds:.3g} s ({percent(self.saving)}, "
            f"{self.speedup:.2f}x) can go: all of {phases}."
        )

    def to_json(self) -> dict[str, Any]:
        """As it is kept in a measurement's spec; an infinite speedup is None."""
        return {
            "wall_seconds": self.wall_seconds,
            "seconds": self.seconds,
            "saving": self.saving,
            "speedup": self.speedup if self.saving < 1 else None,
            "addresses": ["/".join(path) for path in self.addresses],
            "missing": ["/".join(path) for path in self.missing],
            "sentence": self.sentence,
        }


def predict(
    phases: Sequence[PhaseTiming], wall_seconds: float, addresses: Iterable[Path], workers: int = 1
) -> Prediction:
    """The most that a win, or several together, can save: the total seconds of the phases that they address.

    Args:
        phases: the baseline's, as recorded for the whole run.
        wall_seconds: the baseline's wall-clock seconds.
        addresses: phase paths; one stands for its children too, and is counted once however often it is named.
        workers: how many processes the baseline's phases are summed over; they then take their share of the wall-clock.

    Raises:
        PredictionError: there is no wall-clock time, or the phases hold one task only.
    """
    if wall_seconds <= 0:
        raise PredictionError(f"the baseline's wall-clock must be positive, got {wall_seconds}")
    wanted = _outermost(addresses)
    chosen = [phase for phase in phases if phase.path in wanted]
    partial = [phase for phase in chosen if phase.basis in ("last_task", "count")]
    if partial:
        raise PredictionError(
            f"phase {'/'.join(partial[0].path)!r} was not timed over the whole run: record a baseline here"
        )
    seconds = sum(phase.total_seconds for phase in chosen) / max(workers, 1)
    paths = {phase.path for phase in chosen}
    return Prediction(
        wall_seconds=wall_seconds,
        seconds=min(seconds, wall_seconds),
        addresses=tuple(path for path in wanted if path in paths),
        missing=tuple(path for path in wanted if path not in paths),
    )


def _outermost(addresses: Iterable[Path]) -> list[Path]:
    """The paths without repetition and without those inside another of them."""
    unique = sorted({tuple(path) for path in addresses})
    return [path for path in unique if not any(path[:depth] in unique for depth in range(1, len(path)))]
