"""The journal of a measurement that was made elsewhere: JSON lines, each written when it was known.

    {"type": "header", "format": "quickwin-blocks", "version": 1, "key": ..., "spec": {...}}
    {"type": "run", "block": 1, "attempt": 1, "arm": "A", "position": 1, "ended": "finished", "record": {...}}
    {"type": "block", "block": 1, "attempt": 1}

The spec holds the seed that the order of all blocks follows from, and stands before the first run: so the order was
drawn before anybody knew a time. A block counts when its own line is there; runs of others are attempts. Of an
environment only the first run's is whole, the others say what differs from the run before: packages alone are thousands
of characters. Several measurements may follow each other in one file. A line that was cut is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

BLOCKS_FORMAT = "quickwin-blocks"
BLOCKS_VERSION = 1
#: In an environment: the rest is that of the run before.
SAME = "as_before"

Json = dict[str, Any]


class BlocksError(ValueError):
    """A journal of a measurement that can not be read; the sentence says why."""


@dataclass(kw_only=True)
class Journal:
    """One measurement as its journal tells it. ``runs`` are the lines of runs, ``blocks`` the tries that counted, by
    block; ``texts`` are all lines as they were written, ``damaged`` counts those of them that could not be read;
    ``environment`` is that of the last run."""

    key: str
    spec: Json
    runs: list[Json] = field(default_factory=list)
    blocks: dict[int, int] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    damaged: int = 0
    environment: Json = field(default_factory=dict)

    def block_runs(self) -> list[Json]:
        """The lines of the runs in blocks that counted."""
        return [run for run in self.runs if self.blocks.get(run["block"]) == run["attempt"]]


def read_blocks(lines: Iterable[str]) -> list[Journal]:
    """The measurements in the lines of a journal, in their order.

    Raises:
        BlocksError: one is by a newer Quickwin.
    """
    journals: list[Journal] = []
    for text in lines:
        plain = _parse(text)
        if plain.get("type") == "header" and plain.get("format") == BLOCKS_FORMAT:
            journals.append(_begun(plain))
        if journals:
            _take(journals[-1], text, plain)
    return journals


def _parse(text: str) -> Json:
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return plain if isinstance(plain, dict) else {}


def _begun(header: Json) -> Journal:
    version, spec = header.get("version"), header.get("spec")
    if not isinstance(version, int) or version > BLOCKS_VERSION:
        raise BlocksError(f"this Quickwin reads version {BLOCKS_VERSION} of a measurement's journal, not {version!r}")
    if not isinstance(spec, dict) or not isinstance(header.get("key"), str):
        raise BlocksError("the header of a measurement's journal needs a key and a spec")
    return Journal(key=header["key"], spec=spec)


def _take(journal: Journal, text: str, plain: Json) -> None:
    journal.texts.append(text.rstrip("\n"))
    if plain.get("type") == "run" and _is_run(plain):
        journal.environment = _whole(plain["record"], journal.environment)
        plain["record"]["environment"] = journal.environment or None
        journal.runs.append(plain)
    elif plain.get("type") == "block" and _are_numbers(plain, "block", "attempt"):
        journal.blocks[plain["block"]] = plain["attempt"]
    elif not plain:
        journal.damaged += 1


def shortened(environment: Json, before: Json) -> Json:
    """An environment as a line has it behind that of another run: what is the same stands there already."""
    if not before:
        return environment
    changed = {name: value for name, value in environment.items() if name not in before or before[name] != value}
    return {SAME: True, **changed}


def _whole(record: Json, before: Json) -> Json:
    """The environment of a record, written out."""
    environment = record.get("environment")
    if not isinstance(environment, dict):
        return {}
    if not environment.get(SAME):
        return environment
    return {**before, **{name: value for name, value in environment.items() if name != SAME}}


def _is_run(plain: Json) -> bool:
    return (
        _are_numbers(plain, "block", "attempt", "position")
        and isinstance(plain.get("arm"), str)
        and isinstance(plain.get("record"), dict)
    )


def _are_numbers(plain: Json, *names: str) -> bool:
    return all(isinstance(plain.get(name), int) and 0 <= plain[name] < 2**31 for name in names)
