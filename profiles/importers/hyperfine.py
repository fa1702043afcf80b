"""hyperfine's ``--export-json``: the wall-clock of each run of each command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from profiles.importers._names import clean
from profiles.importers._trials import Trial, numbers, objects, parsed, text
from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source, read_json

NAME = "hyperfine"


def recognize(source: Source) -> float:
    if not source.head.lstrip().startswith("{"):
        return 0.0
    marks = (b'"results"', b'"command"', b'"times"')
    return 0.95 if all(mark in source.utf8 for mark in marks) else 0.0


def parse(source: Source) -> Parsed:
    """A run for each of a command's times; a command that ended with another exit code than 0 failed.

    Raises:
        ImportProblem: no JSON, or no command with times.
    """
    plain = read_json(source.text)
    results = objects(plain.get("results") if isinstance(plain, dict) else None)
    if not results:
        raise ImportProblem("hyperfine's export has a list of results, and this has none")
    bare = [text(result, "command") for result in results if not numbers(result.get("times"))]
    lost = [Loss(reason=f"the command {clean(name, 200)!r} has no seconds of single runs") for name in bare]
    return parsed(NAME, source.name, (trial for result in results for trial in _trials(result)), lost)


def _trials(result: Any) -> Iterator[Trial]:
    codes = numbers(result.get("exit_codes"))
    parameters = result.get("parameters")
    for number, spent in enumerate(numbers(result.get("times"))):
        yield Trial(
            name=text(result, "command") or "(no command)",
            seconds=spent,
            parameters=parameters if isinstance(parameters, dict) else {},
            failed=number < len(codes) and codes[number] not in (0, None),
        )


IMPORTER = Importer(
    name=NAME,
    title="hyperfine JSON",
    description="What hyperfine --export-json writes: each run of each command is a run.",
    recognize=recognize,
    parse=parse,
)
