"""Repeated trials of a command or function, as benchmark tools keep them: each trial is a run of its own.

A config is taken from a name only where the file shows that its names are configs: a parameter called ``config``, or a
name that stands beside one called ``none`` or ``baseline``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from profiles.importers._names import clean
from profiles.importers.base import ImportProblem, Loss, Parsed, content_key, counted, seconds
from profiles.records import Environment, RunRecord

#: Of one file at most so many trials are taken.
MOST_TRIALS = 2_000
_NONE = ("none", "baseline", "base", "off")
_WINS = re.compile(r"[A-Za-z_][\w-]{0,60}(?:[,+][A-Za-z_][\w-]{0,60}){0,30}")
_CONFIG_PARAMETERS = ("config", "win", "wins", "variant", "arm", "optimization", "optimizations")


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One execution: what it is called, its seconds, and what else is known. ``name`` is the same for all of an arm."""

    name: str
    seconds: Any
    parameters: Mapping[str, Any] = field(default_factory=dict)
    failed: bool = False
    started_at: datetime | None = None
    environment: Environment | None = None
    notes: tuple[str, ...] = ()


def parsed(importer: str, source_name: str, trials: Iterable[Trial], losses: Iterable[Loss] = ()) -> Parsed:
    """The trials as runs, numbered within their names.

    Raises:
        ImportProblem: not one has seconds.
    """
    known, bad, more = list[Trial](), 0, 0
    for trial in trials:
        if seconds(trial.seconds) is None:
            bad += 1
        elif len(known) >= MOST_TRIALS:
            more += 1
        else:
            known.append(trial)
    if not known:
        raise ImportProblem(
            "the file names benchmarks but holds the seconds of no single run; one with them would work"
        )
    names = {trial.name for trial in known}
    counts: dict[str, int] = {}
    runs = []
    for trial in known:
        counts[trial.name] = counts.get(trial.name, 0) + 1
        runs.append(_run(importer, source_name, trial, counts[trial.name], names))
    lost = [Loss(reason=f"{counted(bad, 'trial')} without seconds that can be true")] if bad else []
    lost += [Loss(reason=f"more than {MOST_TRIALS:,} trials: {more:,} were left out")] if more else []
    return Parsed(runs=tuple(runs), losses=(*losses, *lost))


def _run(importer: str, source_name: str, trial: Trial, number: int, names: set[str]) -> RunRecord:
    config = _config(trial, names)
    notes = () if config is None else ("config taken from the trial's name or parameter",)
    spent = float(trial.seconds)
    started = trial.started_at.isoformat() if trial.started_at else None
    return RunRecord(
        key=content_key(importer, [trial.name, number, spent, started]),
        label=f"{clean(trial.name, 200)} #{number}",
        source=f"imported:{importer}",
        source_name=clean(source_name),
        status="failed" if trial.failed else "finished",
        config=config,
        started_at=trial.started_at,
        wall_seconds=spent,
        environment=trial.environment,
        notes=("one of repeated trials", *notes, *(clean(note, 400) for note in trial.notes)),
    )


def _config(trial: Trial, names: set[str]) -> frozenset[str] | None:
    stated = next((trial.parameters[name] for name in _CONFIG_PARAMETERS if name in trial.parameters), None)
    if stated is None and any(name.lower() in _NONE for name in names):
        stated = trial.name
    if not isinstance(stated, str) or not _WINS.fullmatch(stated):
        return None
    return frozenset() if stated.lower() in _NONE else frozenset(clean(win) for win in re.split(r"[,+]", stated))


def text(value: object, name: str) -> str:
    """A text out of an object that may be none; "" where there is none."""
    named = value.get(name) if isinstance(value, Mapping) else None
    return named if isinstance(named, str) else ""


def objects(value: object) -> list[Mapping[str, Any]]:
    """The objects of what should be a list of objects."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def numbers(value: object) -> list[Any]:
    """The members of what should be a list."""
    return value if isinstance(value, list) else []
