"""A results file of airspeed velocity (asv): benchmarks of one commit on one machine.

Only benchmarks that measure time (``time_...``) are read. With recorded samples each sample is a run, otherwise the
one figure that asv kept, the median of its samples, is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import product
from typing import Any

from profiles.importers._trials import Trial, numbers, parsed, text
from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source, count, counted, read_json, seconds
from profiles.records import Environment

NAME = "asv"
_COLUMNS = ("result", "params", "version", "started_at", "duration", "stats_ci_99_a", "stats_ci_99_b")


def recognize(source: Source) -> float:
    if not source.head.lstrip().startswith("{"):
        return 0.0
    marks = (b'"commit_hash"', b'"results"')
    return 0.95 if all(mark in source.utf8 for mark in marks) else 0.0


def parse(source: Source) -> Parsed:
    """A run for each sample, or for each figure where samples were not kept.

    Raises:
        ImportProblem: no JSON, or no benchmark that measured time.
    """
    plain = read_json(source.text)
    results = plain.get("results") if isinstance(plain, dict) else None
    if not isinstance(results, dict) or not results:
        raise ImportProblem("asv's results file has an object of results, and this has none")
    timed = {name: row for name, row in results.items() if name.rpartition(".")[2].startswith("time")}
    losses = [Loss(reason=f"{counted(len(results) - len(timed), 'benchmark')} of memory or counts, which are no time")]
    trials = (trial for name, row in timed.items() for trial in _trials(name, _row(row, plain), plain))
    return parsed(NAME, source.name, trials, losses if len(timed) < len(results) else ())


def _row(row: Any, plain: Mapping[str, Any]) -> Mapping[str, Any]:
    """A benchmark's row by its columns; older files have an object, or the figure itself."""
    if isinstance(row, list):
        columns = [number for number in numbers(plain.get("result_columns")) if isinstance(number, str)] or list(
            _COLUMNS
        )
        return dict(zip(columns, row, strict=False))
    return row if isinstance(row, dict) else {"result": [row]}


def _trials(name: str, row: Mapping[str, Any], plain: Mapping[str, Any]) -> Iterator[Trial]:
    figures, samples = numbers(row.get("result")), numbers(row.get("samples"))
    for at, (figure, parameters) in enumerate(zip(figures, _combinations(row.get("params")), strict=False)):
        kept = numbers(samples[at]) if at < len(samples) else []
        for spent in kept or [figure]:
            yield Trial(
                name=f"{name}({', '.join(parameters)})" if parameters else name,
                seconds=spent,
                started_at=_moment(plain.get("date")),
                environment=_environment(plain),
                notes=() if kept else ("the median of asv's samples, which the file does not hold",),
            )


def _combinations(params: Any) -> Iterator[tuple[str, ...]]:
    """The parameters of each figure, the last one changing fastest; without end where there are none."""
    lists = [[str(number).strip("'") for number in numbers(values)] for values in numbers(params)]
    if lists:
        yield from product(*lists)
    while not lists:
        yield ()


def _moment(value: Any) -> datetime | None:
    milliseconds = seconds(value)
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
    except (OverflowError, ValueError, OSError):
        return None


def _environment(plain: Mapping[str, Any]) -> Environment | None:
    machine = plain.get("params")
    if not isinstance(machine, Mapping) or not text(machine, "machine"):
        return None
    cores = text(machine, "num_cpu")
    return Environment(
        machine=text(machine, "machine"),
        cpu_model=text(machine, "cpu") or None,
        cpu_count=count(int(cores)) if cores.isascii() and cores.isdigit() and len(cores) < 6 else None,
        platform=text(machine, "os") or None,
        python=text(plain, "python") or None,
        git_commit=text(plain, "commit_hash") or None,
    )


IMPORTER = Importer(
    name=NAME,
    title="asv results",
    description="A results file of airspeed velocity: each sample of each timed benchmark is a run.",
    recognize=recognize,
    parse=parse,
)
