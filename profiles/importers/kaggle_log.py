"""Kaggle's kernel log: a JSON array of chunks of output with their moment, which may cut lines.

    [{"stream_name":"stdout","time":15.37,"data":"run_batt.py:1427: -- 97999447 - 0 start --\\n"}
    ,{"stream_name":"stdout","time":15.40,"data":"..."}
    ]

It also comes as an event stream (``data: {"stream_name":...}`` on each line), and within the answer of Kaggle's API
(``{"files": [...], "log": "[{...}]"}``); both are unwrapped first. The array may be unclosed, or laid out in another
way (one line, indented). Lines are put together again per stream;
a line's moment is that of its first chunk, its number that of the file's line where the chunk stands.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source, name_losses, read_json, seconds
from profiles.runlog.reader import Reader

NAME = "kaggle-log"
_MARK = re.compile(r'"stream_name"\s{0,20}:\s{0,20}"')
#: An entry on a line of its own: the log may begin in the middle of another one.
_LATER = re.compile(r'\n,?\{"stream_name":"std(?:out|err)","time":\d')
#: The usual entry: one whole line of stdout without escapes. It needs no JSON reader, and there are many.
_PLAIN = re.compile(
    rb'[\[,]?\{"stream_name":"stdout","time":(\d{1,9}(?:\.\d{1,12})?),"data":"([^"\\\x00-\x1f]*)(?:\\r)?\\n"\}\]?\Z'
).match
#: As many of them, each on a line of its own.
_USUAL = re.compile(
    rb'(?m)^[\[,]?\{"stream_name":"stdout","time":(\d{1,9}(?:\.\d{1,12})?),"data":"([^"\\\x00-\x1f]*)(?:\\r)?\\n"\}\]?\n'
).findall
_SEPARATORS = b"[], \t\r\n"
_NEXT = re.compile(r"[\[\],\s]*")
#: A line that no newline ends is cut here: it is no line of a log.
_LONGEST_LINE = 1 << 20
#: Each damaged entry costs a look at the whole text, so a text with more of them is refused.
_MOST_DAMAGED = 200


#: A line of an event stream that holds an entry, and what else such a stream has on lines of its own.
_STREAMED = re.compile(r"(?:\A|\n)data: ?\{.{0,200}?\"stream_name\"")
_STREAM_FIELD = re.compile(rb"(?m)^(?:data: ?|(?:event|id|retry)?:.*$)")
#: The log as a text within the answer of an API.
_ANSWER = re.compile(r"\A\s{0,9}\{.{0,4000}?\"log(?:Nullable)?\"\s{0,9}:\s{0,9}\"", re.S)
_OBJECTS = re.compile(r"\}[ \t\r]{0,9}\n[ \t]{0,9}\{")
_ESCAPED_MARK = re.compile(r'\\"stream_name\\"\s{0,9}:|run_batt\.py:\d|Timing summary \(seconds\)| tasks - ')


def recognize(source: Source) -> float:
    head = source.head[:4096]
    if _STREAMED.search(head) or _is_answer(source):
        return 0.98
    if _LATER.search(source.head):
        return 0.98
    return 0.98 if head.lstrip()[:1] in ("[", ",", "{") and _MARK.search(head) else 0.0


def _is_answer(source: Source) -> bool:
    """Whether the log is a text in one JSON object; objects on lines of their own are another format."""
    is_one = _ANSWER.match(source.head[:4096]) and not _OBJECTS.search(source.head)
    return bool(is_one and _ESCAPED_MARK.search(source.head))


def parse(source: Source) -> Parsed:
    """The runs in a kernel log.

    Raises:
        ImportProblem: there is none in it.
    """
    source = _unwrapped(source)
    reader, bad = Reader(source.name, NAME), list[int]()
    _feed(source, reader, bad)
    more = name_losses(iter(bad), "the entry of the kernel log is cut or damaged")
    parsed = reader.parsed("a Kaggle kernel log, but no run of the pipeline in it")
    return dataclasses.replace(parsed, losses=(*parsed.losses, *more, *_unclosed(source)))


def printed(source: Source) -> str:
    """What the run of a kernel log printed to either stream, without its envelope.

    Raises:
        ImportProblem: it can not be read.
    """
    lines = _Lines()
    _feed(_unwrapped(source), lines, [])
    return b"\n".join(lines.lines).decode("utf-8", "replace")


class Sink(Protocol):
    """Where lines go."""

    def feed(self, number: int, line: bytes, arrival: float | None = None) -> None: ...

    def feed_last(self, number: int, line: bytes, arrival: float | None = None) -> None: ...

    def feed_piece(self, number: int, piece: bytes, arrivals: Sequence[bytes] = ()) -> None: ...


class _Lines:
    """Keeps lines as they come."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def feed(self, _number: int, line: bytes, _arrival: float | None = None) -> None:
        self.lines.append(line)

    feed_last = feed

    def feed_piece(self, _number: int, piece: bytes, _arrivals: Sequence[bytes] = ()) -> None:
        self.lines.append(piece.rstrip(b"\n"))


def _feed(source: Source, sink: Sink, bad: list[int]) -> None:
    """Feeds the lines of a log without envelope; the numbers of entries that can not be read go to ``bad``."""
    streams = {"stdout": _Stream(sink), "stderr": _Stream(sink)}
    for number, event in _events(source, bad, streams["stdout"]):
        stream = streams.get(str(event.get("stream_name", "stdout")))
        data = event.get("data")
        if stream is not None and isinstance(data, str):
            stream.take(number, data, seconds(event.get("time")))
        else:
            bad.append(number)
    for stream in streams.values():
        stream.end()


def _unwrapped(source: Source) -> Source:
    """The log itself where it came as an event stream or within an answer; lines keep their numbers in a stream.

    Raises:
        ImportProblem: the answer is no JSON.
    """
    head = source.head[:4096]
    if _STREAMED.search(head):
        data = _STREAM_FIELD.sub(b"", source.utf8)
        return dataclasses.replace(source, data=data if data.endswith(b"]") else data + b"\n]")
    if not _is_answer(source):
        return source
    answer = read_json(source.text)
    log = next((answer[key] for key in ("log", "logNullable") if isinstance(answer.get(key), str)), "")
    events = log if _MARK.search(log[:4096]) else json.dumps([{"stream_name": "stdout", "data": log}])
    return dataclasses.replace(source, data=events.encode("utf-8", "replace"))


@dataclass(slots=True)
class _Stream:
    """Puts the lines of one stream together from chunks, and feeds them on."""

    reader: Sink
    rest: list[str] = field(default_factory=list)
    number: int = 0
    arrival: float | None = None
    size: int = 0

    def take(self, number: int, data: str, arrival: float | None) -> None:
        if not self.rest:
            self.number, self.arrival = number, arrival
        if data.endswith("\n") and data.count("\n") == 1 and not self.rest:
            self.reader.feed(number, data.rstrip("\r\n").encode("utf-8", "replace"), arrival)
            return
        *whole, last = data.split("\n")
        for piece in whole:
            self._feed(piece)
            self.number, self.arrival = number, arrival
        if last and self.size < _LONGEST_LINE:
            self.rest.append(last)
            self.size += len(last)

    def take_line(self, number: int, line: bytes, arrival: float) -> bool:
        """A whole line; False where an earlier chunk began it."""
        if self.rest:
            return False
        self.reader.feed(number, line, arrival)
        return True

    def _feed(self, piece: str) -> None:
        line = "".join((*self.rest, piece)).rstrip("\r")
        self.rest.clear()
        self.size = 0
        self.reader.feed(self.number, line.encode("utf-8", "replace"), self.arrival)

    def end(self) -> None:
        """The stream is over: what no line's end followed is its last line."""
        if self.rest:
            self.reader.feed_last(self.number, "".join(self.rest).encode("utf-8", "replace"), self.arrival)


def _events(source: Source, bad: list[int], stdout: _Stream) -> Iterator[tuple[int, dict[str, Any]]]:
    """Entries with the line where each begins; usual ones went to ``stdout`` already, damaged ones are in ``bad``."""
    if _is_by_line(source):
        yield from _events_by_line(source, bad, stdout)
    else:
        yield from _events_by_scan(source.text, bad)


def _is_by_line(source: Source) -> bool:
    lines = [line.strip(_SEPARATORS) for _, line in zip(range(6), source.utf8[:65536].split(b"\n"), strict=False)]
    full = [line for line in lines if line]
    return bool(full) and sum(_entry(line) is not None for line in full) * 2 >= len(full)


def _events_by_line(source: Source, bad: list[int], stdout: _Stream) -> Iterator[tuple[int, dict[str, Any]]]:
    for first, piece in source.byte_pieces():
        usual = () if stdout.rest else _USUAL(piece)
        if usual and len(usual) == piece.count(b"\n") and piece.endswith(b"\n"):
            moments, texts = zip(*usual, strict=True)
            stdout.reader.feed_piece(first, b"\n".join((*texts, b"")), moments)
        else:
            yield from _entries(first, piece, bad, stdout)


def _entries(first: int, piece: bytes, bad: list[int], stdout: _Stream) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate((piece[:-1] if piece.endswith(b"\n") else piece).split(b"\n"), first):
        plain = _PLAIN(line)
        if plain and stdout.take_line(number, plain[2], float(plain[1])):
            continue
        text = line.strip(_SEPARATORS)
        if text:
            entry = _entry(text)
            if entry is None:
                bad.append(number)
            else:
                yield number, entry


def _entry(text: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def _events_by_scan(text: str, bad: list[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    decode, position, number = json.JSONDecoder().raw_decode, 0, 1
    while position < len(text):
        start = _NEXT.match(text, position)
        begin = start.end() if start else position
        number += text.count("\n", position, begin)
        if begin >= len(text):
            return
        try:
            entry, position = decode(text, begin)
        except (ValueError, RecursionError):
            bad.append(number)
            if len(bad) > _MOST_DAMAGED:
                raise ImportProblem(f"a kernel log of which more than {_MOST_DAMAGED} entries are damaged") from None
            position = text.find('{"stream_name"', begin + 1)
            if position < 0:
                return
            number += text.count("\n", begin, position)
            continue
        if isinstance(entry, dict):
            yield number, entry
        number += text.count("\n", begin, position)


def _unclosed(source: Source) -> tuple[Loss, ...]:
    closed = source.utf8[-64:].rstrip().endswith(b"]")
    return () if closed else (Loss(reason="the kernel log is not closed by ]: it was cut"),)


IMPORTER = Importer(
    name=NAME,
    title="Kaggle kernel log",
    description="The JSON log that Kaggle keeps of a notebook's run, with the moment of each line.",
    recognize=recognize,
    parse=parse,
)
