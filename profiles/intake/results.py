"""What a preview holds: per file what became of it, and the runs that would be stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from profiles.importers.base import Loss, UnknownLogFormat
from profiles.records import Finding, RunRecord, TaskRecord

_TASK_FIELDS = [field.name for field in dataclasses.fields(TaskRecord)]
_PHASES = _TASK_FIELDS.index("phases")
_row_of = attrgetter(*_TASK_FIELDS[:_PHASES], *_TASK_FIELDS[_PHASES + 1 :])


def _shortened(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """A column; what is the same for all is said once."""
    return values[:1] if values[0] == values[-1] and values.count(values[0]) == len(values) else values


def _lengthened(values: list[Any], count: int) -> list[Any]:
    if len(values) not in (1, count):
        raise ValueError(f"a column of {len(values)} values for {count} tasks")
    return values * count if len(values) == 1 else values


@dataclass(frozen=True, kw_only=True, slots=True)
class RunPreview:
    """One run that would be stored. ``record`` holds its findings; ``files`` are those that it was read from.

    ``profiles`` are sessions in pyinstrument's JSON form that belong to the run. ``digest`` is the SHA-256 of the
    first of its files as it was given.
    """

    record: RunRecord
    files: tuple[str, ...]
    profiles: tuple[Mapping[str, Any], ...] = ()
    digest: str | None = None

    def to_json(self) -> dict[str, Any]:
        plain = {"files": list(self.files), "profiles": list(self.profiles), "digest": self.digest}
        return {"record": self.record.to_json(), **plain}

    def packed(self) -> dict[str, Any]:
        """As ``to_json``, with the tasks as columns: some logs have a hundred thousand of them."""
        tasks = self.record.tasks
        if not tasks or any(task.phases for task in tasks):
            return self.to_json()
        names, *others = zip(*map(_row_of, tasks), strict=True)
        plain = dataclasses.replace(self, record=self.record.replace(tasks=())).to_json()
        return {**plain, "tasks": [names, *map(_shortened, others)]}

    @classmethod
    def unpacked(cls, plain: Mapping[str, Any]) -> RunPreview:
        """What ``packed`` wrote."""
        run = cls.from_json(plain)
        if "tasks" not in plain:
            return run
        names, *others = plain["tasks"]
        columns = [names, *(_lengthened(values, len(names)) for values in others)]
        columns.insert(_PHASES, [()] * len(names))
        return dataclasses.replace(run, record=run.record.replace(tasks=tuple(map(TaskRecord, *columns))))

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> RunPreview:
        return cls(
            record=RunRecord.from_json(plain["record"]),
            files=tuple(plain["files"]),
            profiles=tuple(plain["profiles"]),
            digest=plain["digest"],
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class FilePreview:
    """What became of one file, or of one member of an archive.

    ``form`` and ``title`` name the recognized format, None where there is none. ``refused`` is one sentence, None
    where the file was taken wholly or partly; ``losses`` says what was not taken. ``runs`` are keys of runs;
    ``together_with`` names the other files that tell of them too.
    """

    name: str
    bytes: int
    form: str | None = None
    title: str | None = None
    runs: tuple[str, ...] = ()
    together_with: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()
    refused: str | None = None

    @property
    def sentence(self) -> str | None:
        """Why the file was refused, without the error's name before it: for people."""
        return self.refused.removeprefix(f"{UnknownLogFormat.__name__}: ") if self.refused else None

    def to_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in ("name", "bytes", "form", "title", "refused")}
        lists = {"runs": list(self.runs), "together_with": list(self.together_with)}
        return {**plain, **lists, "losses": [[loss.line, loss.reason] for loss in self.losses]}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> FilePreview:
        losses = tuple(Loss(line=line, reason=reason) for line, reason in plain["losses"])
        return cls(
            **{**plain, "runs": tuple(plain["runs"]), "together_with": tuple(plain["together_with"]), "losses": losses}
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What an import would do. ``measurements`` are as ``Parsed`` has them.

    ``peak_bytes`` is the most memory that the reading process held, None if unknown.
    """

    files: tuple[FilePreview, ...] = ()
    runs: tuple[RunPreview, ...] = ()
    peak_bytes: int | None = None
    measurements: tuple[Mapping[str, Any], ...] = ()

    @property
    def records(self) -> tuple[RunRecord, ...]:
        return tuple(run.record for run in self.runs)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for record in self.records for finding in record.findings)

    @property
    def refused(self) -> tuple[FilePreview, ...]:
        return tuple(file for file in self.files if file.refused)

    def to_json(self) -> dict[str, Any]:
        return {
            "files": [file.to_json() for file in self.files],
            "runs": [run.to_json() for run in self.runs],
            "peak_bytes": self.peak_bytes,
            "measurements": [dict(measurement) for measurement in self.measurements],
        }

    def packed(self) -> dict[str, Any]:
        """As ``to_json``, in the form in which the reading process sends it."""
        return {**dataclasses.replace(self, runs=()).to_json(), "runs": [run.packed() for run in self.runs]}

    @classmethod
    def unpacked(cls, plain: Mapping[str, Any]) -> Preview:
        """What ``packed`` wrote."""
        runs = tuple(RunPreview.unpacked(run) for run in plain["runs"])
        return dataclasses.replace(cls.from_json({**plain, "runs": []}), runs=runs)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Preview:
        return cls(
            files=tuple(FilePreview.from_json(file) for file in plain["files"]),
            runs=tuple(RunPreview.from_json(run) for run in plain["runs"]),
            peak_bytes=plain["peak_bytes"],
            measurements=tuple(plain.get("measurements", ())),
        )
