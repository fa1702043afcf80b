"""A run as a log that a person can read and that imports back into an equal run.

    quickwin log 1
    # baseline: finished, 100 tasks, 0 errors, 0 timeouts, 9.214 s

    [run]
      label                    baseline
      wall_seconds             9.213914103000002

    [phases]
      path                     category   basis  calls  total_seconds      self_seconds
      score                    framework  sum    100    6.112093401000001  1.02841
      score/dsl                dsl        sum    100    5.083683401000001  5.083683401000001
    # unaccounted: 0.004 s of 9.214 s (0.0%)

    [end]

Lines that begin with ``#`` are for the reader's eyes and follow from the rest. Cells are separated by blanks: ``-`` is
nothing, ``yes`` and ``no`` are truth, numbers have all their digits, and a text that could be taken for something
else, or that is more than one plain word, is written as JSON does it. Everything is ASCII. Derived columns
(``hit_rate``) are not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from profiles.breakdown import breakdown
from profiles.records import CacheStats, PhaseTiming, RunRecord, TaskRecord

VERSION = 1
FIRST_WORDS = "quickwin log"
END = "[end]"
NOTHING, YES, NO = "-", "yes", "no"
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_(][A-Za-z0-9_.:()+-]*")
_LIKE_A_NUMBER = re.compile(r"[0-9.eE+_-]+|nan|inf|infinity", re.IGNORECASE)
_KEY_WIDTH = 24

#: The fields of each part of a run, in the order in which they are written.
RUN = (
    "label",
    "key",
    "source",
    "pipeline",
    "source_name",
    "status",
    "config",
    "cache_state",
    "results_fingerprint",
    "started_at",
    "wall_seconds",
    "cpu_seconds",
    "workers",
    "profiled",
)
WORKLOAD = ("fingerprint", "tasks", "candidates", "description")
ENVIRONMENT = (
    "machine",
    "cpu_model",
    "cpu_count",
    "memory_bytes",
    "platform",
    "python",
    "git_commit",
    "git_dirty",
    "load_at_start",
)
PHASES = ("path", "category", "basis", "calls", "total_seconds", "self_seconds")
CACHES = (
    "name",
    "hits",
    "misses",
    "hit_rate",
    "entries",
    "miss_seconds",
    "hit_seconds",
    "claimed_hit_rate",
    "claimed_saved_seconds",
)
TASKS = ("index", "task_id", "seconds", "solved", "status", "errors", "timeouts", "reason")
FINDINGS = ("severity", "rule", "line", "claimed", "follows")


def write_log(record: RunRecord) -> str:
    """The whole run as a log; ``profiles.importers.quickwin_log`` reads it. The process id is not written."""
    lines = [f"{FIRST_WORDS} {VERSION}", *_summary(record), "", "[run]", *_pairs(record, RUN)]
    for title, part, names in (
        ("workload", record.workload, WORKLOAD),
        ("environment", record.environment, ENVIRONMENT),
    ):
        if part is not None:
            lines += ["", f"[{title}]", *_pairs(part, names)]
    if record.environment is not None:
        lines += _table("packages", ("name", "version"), record.environment.packages.items())
    lines += _table("phases", PHASES, (_row(phase, PHASES) for phase in record.phases))
    lines += _unaccounted(record)
    lines += _table("caches", CACHES, (_row(cache, CACHES) for cache in record.caches))
    lines += _table("counts", ("name", "count"), record.counts.items())
    lines += _tasks(record.tasks)
    lines += _table("findings", FINDINGS, (_row(finding, FINDINGS) for finding in record.findings))
    lines += _table("notes", ("text",), ((note,) for note in record.notes))
    return "\n".join([*lines, "", END, ""])


def _summary(record: RunRecord) -> list[str]:
    wall = "time unknown" if record.wall_seconds is None else f"{record.wall_seconds:.3f} s"
    tasks = f"{len(record.tasks)} tasks, {record.errors} errors, {record.timeouts} timeouts"
    bases = "# seconds of basis sum are wall-clock; workers: added up over workers side by side; last_task: one task's"
    return [f"# {_ascii(record.label)}: {record.status}, {tasks}, {wall}", bases]


def _unaccounted(record: RunRecord) -> list[str]:
    """What no phase covers, and what workers waited, where that can be said."""
    made = breakdown(record)
    if not made.rest_seconds or made.rest_seconds < 0:
        return []
    whole = made.whole_seconds
    rest = [(name, made.seconds[name]) for name in ("idle", "unaccounted") if name in made.seconds]
    return [f"# {name}: {amount:.3f} s of {whole:.3f} s ({amount / whole:.1%})" for name, amount in rest]


def _tasks(tasks: Sequence[TaskRecord]) -> list[str]:
    phases = ((task.index, *_row(phase, PHASES)) for task in tasks for phase in task.phases)
    counts = ((task.index, name, value) for task in tasks for name, value in task.counts.items())
    return [
        *_table("tasks", TASKS, (_row(record, TASKS) for record in tasks)),
        *_table("task phases", ("task", *PHASES), phases),
        *_table("task counts", ("task", "name", "count"), counts),
    ]


def _row(part: PhaseTiming | CacheStats | TaskRecord | object, names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(getattr(part, name) for name in names)


def _pairs(part: object, names: Iterable[str]) -> list[str]:
    return [f"  {name:{_KEY_WIDTH}} {write_cell(name, getattr(part, name))}" for name in names]


def _table(title: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """The section as lines, columns padded to their widest cell; nothing where there are no rows."""
    cells = [tuple(write_cell(name, value) for name, value in zip(names, row, strict=True)) for row in rows]
    if not cells:
        return []
    widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (names, *cells))
    return ["", f"[{title}]", *("  " + line.rstrip() for line in padded)]


def write_cell(name: str, value: object) -> str:
    """One cell of the column ``name``: a path's names are joined by ``/``, a config's wins by ``,``."""
    if name == "path" and isinstance(value, tuple):
        return "/".join(write_word(item) for item in value)
    if name == "config" and isinstance(value, frozenset):
        return ",".join(write_word(item) for item in sorted(value)) or "none"
    if value is None:
        return NOTHING
    if name == "hit_rate":
        return f"{value:.1%}"
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, int | float):
        return repr(value)
    return write_word(value.isoformat() if isinstance(value, datetime) else str(value))


def write_word(text: str) -> str:
    """``text`` as it is where it is one plain word, else as a JSON string."""
    taken = text in (YES, NO, "none") or _LIKE_A_NUMBER.fullmatch(text)
    return text if _PLAIN_WORD.fullmatch(text) and not taken else json.dumps(text)


def _ascii(text: str) -> str:
    return json.dumps(text)[1:-1]
