"""pyperf's JSON: processes with some values each. A process is a run; its seconds are the mean of its values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from profiles.importers._trials import Trial, numbers, objects, parsed, text
from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source, counted, moment, read_json, seconds
from profiles.records import Environment

NAME = "pyperf"


def recognize(source: Source) -> float:
    if not source.head.lstrip().startswith("{") or b'"benchmarks"' not in source.utf8:
        return 0.0
    return 0.95 if b'"runs"' in source.utf8 and (b'"values"' in source.utf8 or b'"warmups"' in source.utf8) else 0.0


def parse(source: Source) -> Parsed:
    """A run for each process that measured values; processes that only calibrated are none.

    Raises:
        ImportProblem: no JSON, or no process with values.
    """
    plain = read_json(source.text)
    benchmarks = objects(plain.get("benchmarks") if isinstance(plain, dict) else None)
    if not benchmarks:
        raise ImportProblem("pyperf's JSON has a list of benchmarks, and this has none")
    shared = _metadata(plain)
    timed = [entry for entry in benchmarks if _unit(shared, entry) == "second"]
    losses = [Loss(reason=f"{counted(len(benchmarks) - len(timed), 'benchmark')} of something other than seconds")]
    trials = (trial for benchmark in timed for trial in _trials(benchmark, shared))
    return parsed(NAME, source.name, trials, losses if len(timed) < len(benchmarks) else ())


def _metadata(value: object) -> Mapping[str, Any]:
    metadata = value.get("metadata") if isinstance(value, Mapping) else None
    return metadata if isinstance(metadata, Mapping) else {}


def _unit(shared: Mapping[str, Any], benchmark: Mapping[str, Any]) -> str:
    return text({**shared, **_metadata(benchmark)}, "unit") or "second"


def _trials(benchmark: Mapping[str, Any], shared: Mapping[str, Any]) -> Iterator[Trial]:
    for run in objects(benchmark.get("runs")):
        facts = {**shared, **_metadata(benchmark), **_metadata(run)}
        values = [seconds(value) for value in numbers(run.get("values"))]
        known = [value for value in values if value is not None]
        if not values:
            continue
        yield Trial(
            name=text(facts, "name") or "(no name)",
            seconds=math.fsum(known) / len(known) if known else None,
            started_at=moment(text(facts, "date").replace(" ", "T")),
            environment=_environment(facts),
            notes=(f"a process of pyperf: the mean of {counted(len(known), 'value')}",),
        )


def _environment(facts: Mapping[str, Any]) -> Environment | None:
    machine = text(facts, "hostname")
    if not machine:
        return None
    return Environment(
        machine=machine,
        cpu_model=text(facts, "cpu_model_name") or None,
        platform=text(facts, "platform") or None,
        python=text(facts, "python_version").split(" ")[0] or None,
    )


IMPORTER = Importer(
    name=NAME,
    title="pyperf JSON",
    description="What pyperf writes: each process of each benchmark is a run.",
    recognize=recognize,
    parse=parse,
)
