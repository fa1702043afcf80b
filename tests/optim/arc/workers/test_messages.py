"""What a worker says arrives as it was said, and what is no message is refused."""

from __future__ import annotations

import io
from typing import Any

import pytest

from optim.arc.workers.messages import message, read_message
from profiles.recorder import Recorder


def recorded(between: bool = False) -> tuple[dict[str, Any], str]:
    """A task's record, and its line in the journal."""
    records, lines = list[dict[str, Any]](), io.StringIO()
    recorder = Recorder(journal=lines, on_task=records.append, metadata={"environment": None})
    if between:
        recorder.count("before", 2)
    with recorder.task("tab\tand\nnewline", index=3) as task, recorder.phase("score"):
        recorder.cache("dsl").hit(3)
        task.solved = True
    return records[0], lines.getvalue().splitlines()[-1]


def test_a_record_arrives_as_it_was_with_its_line() -> None:
    record, line = recorded()
    said = {"task": 3, "record": record, "line": line, "accepted": [["x", 1]], "pid": 7}
    text = message(said)
    assert "\n" not in text
    assert read_message(text.encode()) == said


def test_an_answer_without_a_line_arrives_too() -> None:
    said = {"task": 3, "record": {"task_id": "a", "seconds": None}, "pid": 7}
    assert read_message(message(said).encode()) == said


def test_a_line_that_tells_of_more_than_its_task_is_not_the_tasks() -> None:
    record, line = recorded(between=True)
    answer = read_message(message({"record": record, "line": line}).encode())
    assert (answer["record"], "line" in answer) == (record, False)


@pytest.mark.parametrize(
    "data", [b"", b"[1]", b"text", b'{"a": 1}\t{}', b'{"a": 1}\t{"type":"end"}', b"\xff", b"{}\t\xff"]
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_message(data)
