"""Keeps a measurement elsewhere: each line on the disk when it is known, and printed so that any log brings it home.

The file is the memory: begun again, a measurement goes on behind its last whole block, with the same seed. What it
holds is printed again then, since the log of the first sitting may be gone; a copy of a line counts once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from optim.evidence.outcomes import Outcome
from optim.evidence.reliability import Attempt
from optim.evidence.spec import Spec
from profiles.blocks import BLOCKS_FORMAT, BLOCKS_VERSION, Journal, read_blocks, shortened
from profiles.recorder import Echo
from profiles.records import RunRecord

#: What two measurements must have in common to be the same one.
_SAME = ("kind", "arms", "pipeline", "parameters", "cache_state", "metric")


class FileLedger:
    """The journal of one measurement: ``journal`` is what earlier sittings left in the file."""

    def __init__(self, path: Path, spec: Spec, echo: bool = True) -> None:
        self._path, self._pending = path, list[dict[str, Any]]()
        self._environment: dict[str, Any] = {}
        earlier = _earlier(path, spec)
        self.is_new = earlier is None
        self.journal = earlier or Journal(key=os.urandom(16).hex(), spec=spec.to_json())
        self.has_runs = bool(self.journal.runs)
        self._echo = Echo(self.journal.key) if echo else None
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._mend()
        for text in self.journal.texts:
            self._print(text)
        if self.is_new:
            head = {"type": "header", "format": BLOCKS_FORMAT, "version": BLOCKS_VERSION, "key": self.journal.key}
            self._write([{**head, "spec": self.journal.spec}])

    @property
    def spec(self) -> Spec:
        """The measurement as it was begun, its seed included."""
        return Spec.from_json(self.journal.spec)

    def done(self) -> dict[int, dict[str, Outcome]]:
        """The whole blocks of earlier sittings."""
        blocks: dict[int, dict[str, Outcome]] = {}
        for run in self.journal.block_runs():
            blocks.setdefault(run["block"], {})[run["arm"]] = outcome_of(run["record"], run.get("ended", "finished"))
        return blocks

    def tried(self) -> list[Attempt]:
        """Every run of earlier sittings."""
        return [
            Attempt(
                block=run["block"],
                attempt=run["attempt"],
                arm=run["arm"],
                position=run["position"],
                outcome=outcome_of(run["record"], run.get("ended", "finished")),
            )
            for run in self.journal.runs
        ]

    def add_run(self, line: dict[str, Any], is_last: bool) -> None:
        """Keeps a run; the last one of a block waits a moment for the block's line, so that both are there or none."""
        self.has_runs = True
        environment = line["record"]["environment"] or {}
        record = {**line["record"], "environment": shortened(environment, self._environment) or None}
        self._environment = environment
        self._pending.append({"type": "run", **line, "record": record})
        if not is_last:
            self.flush()

    def add_block(self, block: int, attempt: int) -> None:
        """Keeps that a block is whole."""
        self._pending.append({"type": "block", "block": block, "attempt": attempt})
        self.flush()

    def end(self, status: str, why: str) -> None:
        """Keeps how this sitting ended."""
        self._pending.append({"type": "end", "status": status, "why": why})
        self.flush()

    def flush(self) -> None:
        """Writes what waits."""
        self._write(self._pending)
        self._pending = []

    def close(self) -> None:
        """Writes what waits, and closes the file."""
        self.flush()
        os.close(self._file)

    def _mend(self) -> None:
        """Ends a line that a kill cut, so that the next one does not hang on it."""
        if self._path.stat().st_size and not _ends_well(self._path):
            os.write(self._file, b"\n")

    def _write(self, lines: Sequence[dict[str, Any]]) -> None:
        texts = [json.dumps(line, separators=(",", ":")) for line in lines]
        if not texts:
            return
        data = memoryview("".join(f"{text}\n" for text in texts).encode())
        while data:
            data = data[os.write(self._file, data) :]
        os.fsync(self._file)
        for text in texts:
            self._print(text)

    def _print(self, text: str) -> None:
        if self._echo is not None:
            self._echo.write(text)


def outcome_of(record: dict[str, Any], ended: str) -> Outcome:
    """The outcome of a run as its line has it."""
    run = RunRecord.from_json(record)
    outcome = Outcome.from_run(run)
    if ended == "finished":
        return outcome
    return replace(outcome, status=ended, reason=run.notes[0] if run.notes else f"the run {ended}")


def _earlier(path: Path, spec: Spec) -> Journal | None:
    """The last measurement in the file, if it is this one."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            journals = read_blocks(file)
    except FileNotFoundError:
        return None
    plain = spec.to_json()
    if not journals or any(_plain(journals[-1].spec.get(name)) != _plain(plain[name]) for name in _SAME):
        return None
    return journals[-1]


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _ends_well(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
