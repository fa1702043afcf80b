"""What an import would bring, read in a child process: whatever a file does, this process goes on."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from profiles.audit import KnownRun
from profiles.importers._names import clean
from profiles.intake.limits import Limits
from profiles.intake.results import FilePreview, Preview
from profiles.program import ROOT, module_command
from profiles.records import RecordError
from profiles.system import kill_group

File = tuple[str, bytes]
#: Called with a file's name, the bytes of it that were read, and its size.
Progress = Callable[[str, int, int], None]
#: After so many files that ended the reading process, the rest is refused unread.
_MOST_DEATHS = 5
#: What a process can not start without on Windows.
_SYSTEM = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}


#: A second thread's own memory would take 64 MB of the addresses that the process may have.
_ONE_ARENA = {"MALLOC_ARENA_MAX": "1"}


def _silent(_name: str, _done: int, _size: int) -> None:
    return None


def preview(
    files: Sequence[File],
    limits: Limits | None = None,
    *,
    known: Sequence[KnownRun] = (),
    progress: Progress = _silent,
) -> Preview:
    """What storing ``files`` (name and bytes each) would bring; nothing is stored.

    A file that can not be read is refused with a sentence, and the others are read without it. Never raises for
    what a file holds.

    Args:
        known: runs that are there already, for the audit.
        progress: hears the name, the bytes done and the size, about once a megabyte.
    """
    limits = limits or Limits()
    refused = {at: _too_large(data, limits) for at, (_, data) in enumerate(files) if len(data) > limits.file_bytes}
    for _ in range(_MOST_DEATHS):
        rest = [at for at in range(len(files)) if at not in refused]
        answer = _Child([files[at] for at in rest], limits, known, progress).run() if rest else Preview()
        if isinstance(answer, Preview):
            return _with_refused(answer, files, refused)
        at, reason = answer
        refused[rest[at]] = reason
    for at in range(len(files)):
        refused.setdefault(at, "not read, because too many of the files beside it could not be")
    return _with_refused(Preview(), files, refused)


def _too_large(data: bytes, limits: Limits) -> str:
    return f"it has {len(data) / 1e6:,.0f} MB, and files up to {limits.file_bytes / 1e6:,.0f} MB are read"


def _with_refused(answer: Preview, files: Sequence[File], refused: dict[int, str]) -> Preview:
    more = [
        FilePreview(name=clean(files[at][0]), bytes=len(files[at][1]), refused=reason)
        for at, reason in sorted(refused.items())
    ]
    return dataclasses.replace(answer, files=(*answer.files, *more))


class _Child:
    """One child process, from its start to its answer or its end."""

    def __init__(self, files: Sequence[File], limits: Limits, known: Sequence[KnownRun], progress: Progress) -> None:
        self._files, self._limits, self._known, self._progress = files, limits, known, progress
        self._at = 0
        self._stopped: str | None = None

    def run(self) -> Preview | tuple[int, str]:
        """The preview, or the index of the file that ended the process and the reason."""
        process = subprocess.Popen(
            module_command("profiles.intake.child"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={**_SYSTEM, "PATH": os.defpath, "PYTHONUTF8": "1", "PYTHONHASHSEED": "0", **_ONE_ARENA},
            start_new_session=True,
        )
        feeder = threading.Thread(target=self._feed, args=(process,), daemon=True)
        watch = threading.Timer(self._limits.wall_seconds, self._stop, (process, self._late()))
        watch.daemon = True
        try:
            feeder.start()
            watch.start()
            answer = self._listen(process)
        finally:
            watch.cancel()
            kill_group(process)
            process.wait()
            feeder.join()
            if process.stdout:
                process.stdout.close()
        return answer or (self._at, self._stopped or _death(process.returncode, self._limits))

    def _late(self) -> str:
        return f"reading took more than {self._limits.wall_seconds:g} s"

    def _stop(self, process: subprocess.Popen[bytes], reason: str) -> None:
        self._stopped = reason
        kill_group(process)

    def _feed(self, process: subprocess.Popen[bytes]) -> None:
        order = {
            "limits": self._limits.to_json(),
            "known": [dataclasses.asdict(run) for run in self._known],
            "files": [[name, len(data)] for name, data in self._files],
        }
        stdin = process.stdin
        assert stdin is not None
        with contextlib.suppress(BrokenPipeError, OSError):
            stdin.write(json.dumps(order).encode() + b"\n")
            for _, data in self._files:
                stdin.write(data)
        with contextlib.suppress(BrokenPipeError, OSError):
            stdin.close()

    def _listen(self, process: subprocess.Popen[bytes]) -> Preview | None:
        stdout = process.stdout
        assert stdout is not None
        left = self._limits.output_bytes
        while left > 0:
            line = stdout.readline(left)
            if not line.endswith(b"\n") and len(line) < left:
                return None
            left -= len(line) if b'"progress"' not in line[:12] else 0
            if line.endswith(b"\n"):
                with _no_collector():
                    message = _message(line)
                    if "preview" in message:
                        return self._read(message["preview"])
                self._hear(message)
        self._stop(process, f"what was read from it is more than {self._limits.output_bytes >> 20} MB")
        return None

    def _hear(self, message: dict[str, Any]) -> None:
        if "file" in message:
            self._at = int(message["file"])
        at, done = message.get("progress", (self._at, 0))
        name, data = self._files[at]
        self._progress(name, done, len(data))

    def _read(self, plain: dict[str, Any]) -> Preview | None:
        try:
            return Preview.unpacked(plain)
        except (RecordError, KeyError, TypeError, ValueError) as error:
            self._stopped = f"what was read from it is no record: {clean(str(error), 200)}"
            return None


@contextlib.contextmanager
def _no_collector() -> Iterator[None]:
    """A hundred thousand new records hold no cycles, and looking for some takes as long as making them."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _message(line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _death(code: int | None, limits: Limits) -> str:
    if code is not None and code in [-getattr(signal, name, 0) for name in ("SIGXCPU", "SIGKILL")]:
        return f"it took more than {limits.cpu_seconds:g} s or {limits.memory_bytes >> 20} MB to be read"
    return f"the process that read it ended without an answer (exit code {code})"
