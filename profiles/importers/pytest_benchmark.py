"""pytest-benchmark's ``--benchmark-json``: the seconds of each round of each benchmark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from profiles.importers._trials import Trial, numbers, objects, parsed, text
from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source, count, counted, moment, read_json
from profiles.records import Environment

NAME = "pytest-benchmark"


def recognize(source: Source) -> float:
    if not source.head.lstrip().startswith("{"):
        return 0.0
    marks = (b'"benchmarks"', b'"stats"', b'"fullname"')
    return 0.95 if all(mark in source.utf8 for mark in marks) else 0.0


def parse(source: Source) -> Parsed:
    """A run for each round; a benchmark that was saved without its rounds is a loss.

    Raises:
        ImportProblem: no JSON, or no benchmark with rounds.
    """
    plain = read_json(source.text)
    benchmarks = objects(plain.get("benchmarks") if isinstance(plain, dict) else None)
    if not benchmarks:
        raise ImportProblem("pytest-benchmark's JSON has a list of benchmarks, and this has none")
    bare = [benchmark for benchmark in benchmarks if not _rounds(benchmark)]
    losses = [Loss(reason=f"{counted(len(bare), 'benchmark')} without rounds (--benchmark-save-data keeps them)")]
    trials = (trial for benchmark in benchmarks for trial in _trials(benchmark, plain))
    return parsed(NAME, source.name, trials, losses if bare else ())


def _rounds(benchmark: Mapping[str, Any]) -> list[Any]:
    stats = benchmark.get("stats")
    return numbers(stats.get("data")) if isinstance(stats, Mapping) else []


def _trials(benchmark: Mapping[str, Any], plain: Mapping[str, Any]) -> Iterator[Trial]:
    parameters = benchmark.get("params")
    for spent in _rounds(benchmark):
        yield Trial(
            name=text(benchmark, "fullname") or text(benchmark, "name") or "(no name)",
            seconds=spent,
            parameters=parameters if isinstance(parameters, dict) else {},
            started_at=moment(plain.get("datetime")),
            environment=_environment(plain.get("machine_info"), plain.get("commit_info")),
        )


def _environment(machine: object, commit: object) -> Environment | None:
    if not text(machine, "node"):
        return None
    cpu = machine.get("cpu") if isinstance(machine, Mapping) else None
    return Environment(
        machine=text(machine, "node"),
        cpu_model=text(cpu, "brand_raw") or text(cpu, "brand") or None,
        cpu_count=count(cpu.get("count")) if isinstance(cpu, Mapping) else None,
        platform=" ".join(filter(None, (text(machine, "system"), text(machine, "release")))) or None,
        python=text(machine, "python_version") or None,
        git_commit=text(commit, "id") or None,
    )


IMPORTER = Importer(
    name=NAME,
    title="pytest-benchmark JSON",
    description="What pytest --benchmark-json writes: each round of each benchmark is a run.",
    recognize=recognize,
    parse=parse,
)
