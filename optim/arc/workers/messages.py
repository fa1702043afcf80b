"""What a worker says: an answer on one line, and behind a tab the task as the worker's journal has it.

The supervisor's recorder writes that line into the run's journal as it is, so that a task is encoded once.
"""

from __future__ import annotations

import json
from typing import Any

from profiles.recorder import read_task, to_json

Answer = dict[str, Any]


def message(answer: Answer) -> str:
    """An answer as one line; ``line``, where it has one, says what its ``record`` says, which is left out then."""
    line = answer.get("line")
    if not line:
        return to_json(answer)
    head = to_json({name: value for name, value in answer.items() if name not in ("record", "line")})
    return f"{head}\t{line}"


def read_message(data: bytes) -> Answer:
    """The answer in a line, with ``record`` in full.

    Raises:
        ValueError: it is none.
    """
    head, _, line = data.partition(b"\t")
    answer = json.loads(head)
    if not isinstance(answer, dict):
        raise ValueError(f"no answer: {head[:80]!r}")
    if line:
        answer["line"], answer["record"] = line.decode(), read_task(line)
        if answer["record"].pop("between", None):  # what a worker did outside of tasks is no task's
            del answer["line"]
    return answer
