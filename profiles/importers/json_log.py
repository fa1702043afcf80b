"""Log lines as JSON, one object each: what docker, structlog, loguru, python-json-logger and cloud consoles write.

    {"log": "run_batt.py:1427: -- 97999447 - 0 start --\\n", "stream": "stdout", "time": "2026-..."}

The field that holds the text is the one whose text has lines of a run; what else an object says is not read. They may
also be one JSON list, as a cloud console downloads it; one that stands newest first is read from its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from profiles.importers._json_lines import Entries, head_entries
from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source, read_json
from profiles.runlog.moments import Moments
from profiles.runlog.reader import Reader

NAME = "json-log"
_FIELDS = ("log", "message", "msg", "event", "text", "line", "textPayload", "MESSAGE", "body", "content")
_MOMENTS = ("time", "timestamp", "@timestamp", "ts", "asctime", "datetime", "date", "t", "eventTime")
_NOTHING = "log lines as JSON, but no run of the pipeline in them"
_LISTED = re.compile(r"\[\s{0,99}\{")
_FIELD = re.compile(r'"(?:' + "|".join(_FIELDS) + r')"\s{0,9}:\s{0,9}"')
_MARK = re.compile(
    rb"run_batt\.py:\d|Timing summary \(seconds\)|\d tasks - (?:\d{1,9} timeout|timeouts = )|=== Cache Stat"
)


def recognize(source: Source) -> float:
    head = source.head.lstrip()
    if not head.startswith(("{", "[")) or not _MARK.search(source.utf8):
        return 0.0
    if head.startswith("["):
        return 0.93 if _LISTED.match(head) and _FIELD.search(head) else 0.0
    entries = head_entries(source)
    texts = [entry for entry in entries if _text(entry) is not None]
    return 0.93 if len(texts) > 1 and len(texts) * 2 >= len(entries) else 0.0


def _text(entry: dict[str, Any]) -> str | None:
    inner = entry.get("jsonPayload")
    places = (entry, inner) if isinstance(inner, dict) else (entry,)
    return next((place[field] for place in places for field in _FIELDS if isinstance(place.get(field), str)), None)


def _moment(entry: dict[str, Any]) -> bytes:
    """The entry's moment as it is written; empty where it has none."""
    return next((str(entry[field])[:60].encode() for field in _MOMENTS if field in entry), b"")


def parse(source: Source) -> Parsed:
    """The runs in the lines' texts.

    Raises:
        ImportProblem: there is none in them.
    """
    if source.head.lstrip().startswith("["):
        entries, losses = _list(source)
        return _read(source, enumerate(entries, 1)).parsed(_NOTHING, losses)
    lines = Entries(source)
    reader = _read(source, lines)
    return reader.parsed(_NOTHING, lines.losses)


def _read(source: Source, entries: Iterable[tuple[int, dict[str, Any]]]) -> Reader:
    reader = Reader(source.name, NAME)
    for number, entry in entries:
        moment = _moment(entry)
        for line in (_text(entry) or "").rstrip("\r\n").split("\n"):
            reader.feed_stamped(number, line.rstrip("\r").encode("utf-8", "replace"), moment)
    return reader


def _list(source: Source) -> tuple[list[dict[str, Any]], tuple[Loss, ...]]:
    """The objects of one JSON list in the order of their moments, and what is to be said of them."""
    plain = read_json(source.text)
    entries = [entry for entry in plain if isinstance(entry, dict)] if isinstance(plain, list) else []
    if not entries:
        raise ImportProblem(_NOTHING)
    losses = []
    if len(entries) < len(plain):
        losses.append(Loss(reason=f"{len(plain) - len(entries):,} of {len(plain):,} entries are no JSON objects"))
    moments = Moments()
    first, last = (moments.of(_moment(entry)) for entry in (entries[0], entries[-1]))
    if first and last and first.seconds is not None and last.seconds is not None and last.seconds < first.seconds:
        entries.reverse()
        losses.append(Loss(reason="the entries stand newest first: they were read, and are counted, from the last on"))
    return entries, tuple(losses)


IMPORTER = Importer(
    name=NAME,
    title="Log lines as JSON",
    description="A run's log whose lines are JSON objects, as containers, structlog and loguru write them.",
    recognize=recognize,
    parse=parse,
)
