"""What a run works on: its parameters and the contents of its inputs, as a workload with a fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from optim.pipelines.external.answers import Stamp, parameters_fingerprint, stamps, stream_digest
from optim.project.command import Parameter, fill, written
from profiles.records import Workload
from profiles.secrets import hidden_values


class Inputs:
    """The inputs of a command in a folder. A file is read again only where it was written again."""

    def __init__(self, folder: Path, patterns: tuple[str, ...]) -> None:
        self._folder, self._patterns = folder, patterns
        self._digests: dict[tuple[Path, Stamp], str] = {}

    def workload(self, parameters: Mapping[str, Parameter]) -> Workload:
        """The workload with these parameters, as the inputs are now."""
        patterns = [fill(pattern, parameters) for pattern in self._patterns]
        files = stamps(self._folder, patterns)
        digests = [(self._name(path), self._digest(path, stamp)) for path, stamp in files.items()]
        named = [
            f"{name}={value}" for name, value in hidden_values({k: written(v) for k, v in parameters.items()}).items()
        ]
        count = [f"{len(files)} input file{'' if len(files) == 1 else 's'}"] if patterns else []
        fingerprint = parameters_fingerprint(sorted(parameters.items()), digests)
        return Workload(fingerprint=fingerprint, tasks=0, description=", ".join([*named, *count]))

    def missing(self, parameters: Mapping[str, Parameter]) -> list[str]:
        """The patterns that match no file."""
        patterns = [fill(pattern, parameters) for pattern in self._patterns]
        return [pattern for pattern in patterns if not stamps(self._folder, [pattern])]

    def _name(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix() if path.is_relative_to(self._folder) else str(path)

    def _digest(self, path: Path, stamp: Stamp) -> str:
        if (path, stamp) not in self._digests:
            with path.open("rb") as file:
                self._digests[path, stamp] = stream_digest(file, None).hex()
        return self._digests[path, stamp]
