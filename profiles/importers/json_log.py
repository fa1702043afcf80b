"""Log lines as JSON, one object each: what docker, structlog, loguru, python-json-logger and cloud consoles write.

    {"log": "run_batt.py:1427: -- 97999447 - 0 start --\\n", "stream": "stdout", "time": "2026-..."}

The field that holds the text is the one whose text has lines of a run; what else an object says is not read.
"""

from __future__ import annotations

import re
from typing import Any

from profiles.importers._json_lines import Entries, head_entries
from profiles.importers.base import Importer, Parsed, Source
from profiles.runlog.reader import Reader

NAME = "json-log"
_FIELDS = ("log", "message", "msg", "event", "text", "line", "textPayload", "MESSAGE", "body", "content")
_MOMENTS = ("time", "timestamp", "@timestamp", "ts", "asctime", "datetime", "date", "t", "eventTime")
_MARK = re.compile(
    rb"run_batt\.py:\d|Timing summary \(seconds\)|\d tasks - (?:\d{1,9} timeout|timeouts = )|=== Cache Stat"
)


def recognize(source: Source) -> float:
    if not source.head.lstrip().startswith("{") or not _MARK.search(source.utf8):
        return 0.0
    entries = head_entries(source)
    texts = [entry for entry in entries if _text(entry) is not None]
    return 0.93 if len(texts) > 1 and len(texts) * 2 >= len(entries) else 0.0


def _text(entry: dict[str, Any]) -> str | None:
    return next((entry[field] for field in _FIELDS if isinstance(entry.get(field), str)), None)


def _moment(entry: dict[str, Any]) -> bytes:
    """The entry's moment as it is written; empty where it has none."""
    return next((str(entry[field])[:60].encode() for field in _MOMENTS if field in entry), b"")


def parse(source: Source) -> Parsed:
    """The runs in the lines' texts.

    Raises:
        ImportProblem: there is none in them.
    """
    reader, entries = Reader(source.name, NAME), Entries(source)
    for number, entry in entries:
        moment = _moment(entry)
        for line in (_text(entry) or "").rstrip("\r\n").split("\n"):
            reader.feed_stamped(number, line.rstrip("\r").encode("utf-8", "replace"), moment)
    return reader.parsed("log lines as JSON, but no run of the pipeline in them", entries.losses)


IMPORTER = Importer(
    name=NAME,
    title="Log lines as JSON",
    description="A run's log whose lines are JSON objects, as containers, structlog and loguru write them.",
    recognize=recognize,
    parse=parse,
)
