"""What a run left, as a record: its time, its answers, how it ended."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from optim.pipelines.external.process import Execution
from profiles.journal import JournalError, read_journals
from profiles.records import RecordError, RunRecord
from profiles.secrets import kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Timed:
    """Whose seconds count: ``journal``, ``log`` or ``wall``; and the record with phases, where there is one.

    ``problem`` is why the time that was asked for is not there.
    """

    source: str
    record: RunRecord | None = None
    problem: str | None = None


def timed(wanted: str | None, journal: Path, execution: Execution) -> Timed:
    """The time of a run, from where it is wanted; without a wish the journal's, if the run wrote one."""
    if wanted == "log":
        # Only here: whoever asks for no log needs none of the importers, and a bundle does not hold them.
        from optim.pipelines.external.log_time import from_log

        return from_log(execution)
    record, problem = _from_journal(journal)
    if wanted == "journal" and record is None:
        why = problem or "no journal was written: is there a Recorder() in the program?"
        return Timed(source="wall", problem=f"the time was to come from the journal, but {why}")
    return Timed(source="wall" if wanted == "wall" or record is None else "journal", record=record, problem=problem)


def _from_journal(journal: Path) -> tuple[RunRecord | None, str | None]:
    """The longest run of the journal: a program of several processes may write several."""
    try:
        runs = read_journals(journal)
    except FileNotFoundError:
        return None, None
    except (JournalError, RecordError, OSError) as problem:
        return None, f"the journal can not be read: {problem}"
    return max(runs, key=lambda run: run.wall_seconds or 0.0, default=None), None


def ended_words(execution: Execution, timeout_seconds: float) -> str | None:
    """How a run ended, in a clause; None when it ended well."""
    if execution.ended == "timeout":
        return f"ended at its timeout of {timeout_seconds:g} s"
    if execution.ended == "stop":
        return "stopped"
    if execution.code is not None and execution.code < 0:
        try:
            name = signal.Signals(-execution.code).name
        except ValueError:
            name = f"signal {-execution.code}"
        return f"killed by {name}"
    return f"ended with exit code {execution.code}" if execution.code else None


def output_words(execution: Execution) -> str:
    """The end of what a run said, without secrets: of its errors, or where there are none of its output."""
    output = execution.stderr.last_lines or execution.stdout.last_lines
    return f"its last output:\n{kept(output)}" if output else "it said nothing"


def assembled(base: Mapping[str, Any], time: Timed, execution: Execution, problems: list[str]) -> RunRecord:
    """The record of a run: what its journal or log tells, and over it what is known from outside.

    Args:
        base: key, label, pipeline, config, caches, workload, environment.
        problems: notes, the first ones first.
    """
    inner: dict[str, Any] = {} if time.record is None else time.record.to_json()
    wall = inner.get("wall_seconds") if time.source in ("journal", "log") else execution.wall_seconds
    status = {"stop": "interrupted", "timeout": "failed"}.get(
        execution.ended, "failed" if execution.code else "finished"
    )
    notes = [*problems, *inner.get("notes", ())]
    if time.source == "journal":
        notes.append(f"from start to exit {execution.wall_seconds:.3f} s; the wall-clock is the journal's")
    outer = {
        "source": "measured",
        "source_name": None,
        "status": status,
        "started_at": datetime.fromtimestamp(execution.at, UTC).isoformat(),
        "wall_seconds": wall,
        "cpu_seconds": execution.cpu_seconds,
        "peak_bytes": execution.peak_bytes,
        "counts": {**inner.get("counts", {}), "peak_bytes": execution.peak_bytes},
        "notes": list(dict.fromkeys(notes)),
        "findings": inner.get("findings", ()),
        "pid": None,
    }
    own = {name: value for name, value in base.items() if value is not None}
    return RunRecord.from_json({**inner, **outer, **own})
