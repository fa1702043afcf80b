"""From files to a preview, within one process: unpack, recognize, parse, put together, audit.

``profiles.intake.preview`` runs this in a child process under limits; here is what it does there.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from profiles.audit import KnownRun, audit
from profiles.completeness import same_figures
from profiles.importers import recognize
from profiles.importers._names import clean
from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source, UnknownLogFormat
from profiles.intake.containers import Member, unpack
from profiles.intake.limits import Limits
from profiles.intake.results import FilePreview, Preview, RunPreview
from profiles.records import Finding, RunRecord
from profiles.runlog.build import build
from profiles.runlog.facts import RunLog
from profiles.runlog.merge import merge


class OutOfTime(BaseException):
    """Reading one file took more processor time than its limit; not to be caught by what catches errors."""


class _Digest(threading.Thread):
    """The SHA-256 of a file, made beside its reading: of 100 MB it takes as long as a twentieth of that."""

    def __init__(self, data: bytes) -> None:
        super().__init__(daemon=True)
        self._data, self._text = data, ""
        try:
            self.start()
        except RuntimeError:  # no room for another thread
            self.run()

    def run(self) -> None:
        self._text = hashlib.sha256(self._data).hexdigest()
        self._data = b""

    def text(self) -> str:
        """The digest, once it is known."""
        if self.ident is not None:
            self.join()
        return self._text


@dataclass(kw_only=True, slots=True)
class Reading:
    """Everything read so far; ``finish`` makes a preview of it."""

    limits: Limits
    known: Sequence[KnownRun] = ()
    files: list[FilePreview] = field(default_factory=list)
    runs: list[RunPreview] = field(default_factory=list)
    logs: list[RunLog] = field(default_factory=list)
    measurements: list[Mapping[str, Any]] = field(default_factory=list)
    digests: dict[str, _Digest] = field(default_factory=dict)

    def take(self, name: str, data: bytes, progress: Callable[[int], None] = lambda _done: None) -> None:
        """Reads one file; nothing that is wrong with it escapes."""
        name, digest = self._unique(clean(name)), _Digest(data)
        kept = (len(self.files), len(self.runs), len(self.logs), len(self.measurements))
        try:
            for member in unpack(name, data, self.limits):
                self.digests.setdefault(member.name, digest)
                self._take_member(member, progress)
        except MemoryError:
            self._forget(kept, name, len(data), f"it needs more than {self.limits.memory_bytes >> 20} MB to be read")
        except OutOfTime:
            self._forget(kept, name, len(data), f"it took more than {self.limits.cpu_seconds:g} s to be read")

    def _unique(self, name: str) -> str:
        """The name, with a number behind it where another file has it already."""
        taken = {file.name for file in self.files}
        names = (name if number == 1 else f"{name} ({number})" for number in itertools.count(1))
        return next(candidate for candidate in names if candidate not in taken)

    def _forget(self, kept: tuple[int, int, int, int], name: str, size: int, reason: str) -> None:
        """Takes back what a file gave before it failed: it is refused wholly."""
        del self.files[kept[0] :], self.runs[kept[1] :], self.logs[kept[2] :], self.measurements[kept[3] :]
        self.files.append(FilePreview(name=name, bytes=size, refused=reason))

    def _take_member(self, member: Member, progress: Callable[[int], None]) -> None:
        if member.data is None:
            reason = "; ".join(loss.reason for loss in member.losses)
            self.files.append(FilePreview(name=member.name, bytes=0, refused=reason))
            return
        source = Source(name=member.name, data=member.data, progress=progress)
        importer: Importer | None = None
        try:
            importer = _importer(source)
            parsed = importer.parse(source)
        except ImportProblem as problem:
            kind = f"{UnknownLogFormat.__name__}: " if isinstance(problem, UnknownLogFormat) else ""
            self._refuse(member, importer, f"{kind}{problem}")
        except RecursionError:
            self._refuse(member, importer, "it is nested too deeply to be read")
        except MemoryError:
            raise
        except Exception as error:
            # A mistake in an importer must not cost the other files; it is shown, not hidden.
            self._refuse(member, importer, f"reading it failed with {type(error).__name__}: {error}")
        else:
            self._keep(member, importer, source, parsed)

    def _refuse(self, member: Member, importer: Importer | None, reason: str) -> None:
        form, title = (importer.name, importer.title) if importer else (None, None)
        size = len(member.data or b"")
        refused = clean(reason, 600)
        self.files.append(
            FilePreview(name=member.name, bytes=size, form=form, title=title, refused=refused, losses=member.losses)
        )

    def _keep(self, member: Member, importer: Importer, source: Source, parsed: Parsed) -> None:
        own = () if importer.binary else source.losses
        self.files.append(
            FilePreview(
                name=member.name,
                bytes=len(source.data),
                form=importer.name,
                title=importer.title,
                losses=(*member.losses, *own, *parsed.losses),
            )
        )
        self.logs += parsed.logs
        self.measurements += parsed.measurements
        for number, record in enumerate(parsed.runs):
            record = record if record.source_name else record.replace(source_name=member.name)
            findings = dict.fromkeys((*record.findings, *audit(record, None, self.known)))
            profiles = parsed.profiles if number == 0 else ()
            self._add(record.replace(findings=tuple(findings)), (member.name,), profiles)

    def _add(self, record: RunRecord, files: tuple[str, ...], profiles: Sequence[Mapping[str, Any]] = ()) -> None:
        twin = next((number for number, run in enumerate(self.runs) if run.record.key == record.key), None)
        if twin is None:
            digest = self.digests.get(files[0])
            text = None if digest is None else digest.text()
            self.runs.append(RunPreview(record=record, files=files, profiles=tuple(profiles), digest=text))
        elif not same_figures(self.runs[twin].record, record):
            self._lose_twin(self.runs[twin], files)
        else:
            known = self.runs[twin]
            if set(files) <= set(known.files):
                self._say_lost(files, "the same run stands in it more than once and was taken once")
            self.runs[twin] = dataclasses.replace(known, files=tuple(dict.fromkeys((*known.files, *files))))

    def _lose_twin(self, kept: RunPreview, files: tuple[str, ...]) -> None:
        """A key stands for one run: of two that bear it and differ the first stays, and both files say so."""
        reason = f"another run in it has the key of the run of {kept.files[0]} but other figures, and was left out"
        self._say_lost(files, reason)
        finding = Finding(
            rule="one_key_two_runs",
            severity="warning",
            claimed=f"the key {kept.record.key} in {kept.files[0]} and in {files[0]}",
            follows="one key stands for one run, and their figures differ: those of the first were taken",
        )
        record = kept.record.replace(findings=tuple(dict.fromkeys((finding, *kept.record.findings))))
        self.runs = [dataclasses.replace(kept, record=record) if run is kept else run for run in self.runs]

    def _say_lost(self, names: tuple[str, ...], reason: str) -> None:
        loss = Loss(reason=reason)
        self.files = [
            dataclasses.replace(file, losses=(*file.losses, loss)) if file.name in names else file
            for file in self.files
        ]

    def finish(self, peak_bytes: int | None = None) -> Preview:
        """Puts together what belongs together, audits every run, and tells each file its runs."""
        merged = merge(self.logs)
        counts: dict[str, int] = {}
        for log, names in merged:
            counts[names[0]] = number = counts.get(names[0], 0) + 1
            label = names[0] if number == 1 else f"{names[0]} ({number})"
            record = build(log, label)
            record = record.replace(findings=audit(record, log, self.known))
            self._add(record, names, log.profiles)
        runs = tuple(self.runs)
        files = tuple(self._told(file, runs) for file in self.files)
        return Preview(files=files, runs=runs, peak_bytes=peak_bytes, measurements=tuple(self.measurements))

    def _told(self, file: FilePreview, runs: tuple[RunPreview, ...]) -> FilePreview:
        own = [run for run in runs if file.name in run.files]
        others = {name: None for run in own for name in run.files if name != file.name}
        keys = tuple(run.record.key for run in own)
        return dataclasses.replace(file, runs=keys, together_with=tuple(others))


def _importer(source: Source) -> Importer:
    if not source.data or source.data.isspace():  # a copy of it without its ends would be as large as it
        raise ImportProblem("the file is empty; a log, a profile or an export would work")
    return recognize(source)
