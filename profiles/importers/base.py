"""What every importer is made of: a source in, a parsed result out.

An importer is one module of this package that declares ``IMPORTER = Importer(...)``. It recognizes its format by
content, never by name, and reads what it can: each loss is named with its line and reason. It runs in a child process
under limits, and still never uses pickle, marshal or eval, and writes nothing.

Errors:
    ImportProblem (a ValueError): the source can not be read; one sentence.
    +-- UnknownLogFormat: no importer recognizes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from profiles.intake import decode
from profiles.records import PhaseTiming, RunRecord

if TYPE_CHECKING:
    from profiles.runlog.facts import RunLog

#: How many bytes of a source ``recognize`` is expected to look at.
HEAD_BYTES = 1 << 16
#: After this many losses of one kind the rest is only counted.
LOSSES_NAMED = 20
#: No run takes longer than this many seconds, and no count is higher; sums of such figures stay numbers.
LARGEST = 2.0**53


class ImportProblem(ValueError):
    """A source can not be read; the message is one sentence."""


class UnknownLogFormat(ImportProblem):
    """No importer recognizes a source."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """Something in a file that was not taken: where (line from 1, None for the whole file) and why."""

    line: int | None = None
    reason: str


def _silent(_done: int) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file's bytes under the name it came with; a member of an archive is named ``archive.zip/member``.

    ``progress`` is called by ``lines`` with the bytes done so far.
    """

    name: str
    data: bytes = field(repr=False)
    progress: Callable[[int], None] = field(default=_silent, repr=False, compare=False)

    @cached_property
    def utf8(self) -> bytes:
        """The bytes as UTF-8 without a mark; the same object where they are that already."""
        return decode.to_utf8(self.data)

    @cached_property
    def text(self) -> str:
        """All of it, decoded; damage becomes U+FFFD. For large line formats use ``lines``: this takes memory."""
        return self.utf8.decode("utf-8", "replace")

    @cached_property
    def head(self) -> str:
        """The first 64 kB, decoded: what ``recognize`` looks at first."""
        return decode.to_utf8(self.data[:HEAD_BYTES]).decode("utf-8", "replace")

    @cached_property
    def losses(self) -> tuple[Loss, ...]:
        """What decoding lost, named by line; added to the result of a text importer by the caller of ``parse``."""
        return name_losses(decode.damaged_lines(self.utf8), "bytes that are not UTF-8 were replaced")

    @property
    def cut_line(self) -> int:
        """The number of the last line where no line's end follows it, so that it may be cut; else 0."""
        return 0 if self.utf8.endswith(b"\n") else self.utf8.count(b"\n") + 1

    def byte_lines(self) -> Iterator[tuple[int, bytes]]:
        """Line number from 1 and bytes without the line's end, one after the other; nothing is kept."""
        return decode.lines(self.utf8, self.progress)

    def byte_pieces(self) -> Iterator[tuple[int, bytes]]:
        """Number of the first line, from 1, and many whole lines with their ends; only the last may end within one."""
        return decode.pieces(self.utf8, self.progress)

    def lines(self) -> Iterator[tuple[int, str]]:
        """As ``byte_lines``, decoded."""
        return ((number, line.decode("utf-8", "replace")) for number, line in self.byte_lines())


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """What an importer read: runs, what was lost, and profiles.

    ``runs`` are finished records. ``logs`` are the facts of pipeline logs, which become records after those that
    belong to the same run have been merged. ``profiles`` are pyinstrument sessions as JSON-ready dicts; a profile
    with ``runs`` beside it belongs to the first of them, otherwise it stands alone. ``measurements`` have a ``spec``
    and ``blocks``: rows with block, arm, position and the key of one of the runs.
    """

    runs: tuple[RunRecord, ...] = ()
    logs: tuple[RunLog, ...] = ()
    losses: tuple[Loss, ...] = ()
    profiles: tuple[Mapping[str, Any], ...] = ()
    measurements: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Importer:
    """One format. ``recognize`` gives 0 (not mine) to 1 (certainly mine) from content; the highest reads it.

    ``name`` goes into the record's ``source`` as ``imported:<name>``. ``binary``: the bytes are no text, so that
    damaged UTF-8 is no loss.
    """

    name: str
    title: str
    description: str
    recognize: Callable[[Source], float]
    parse: Callable[[Source], Parsed]
    binary: bool = False


def name_losses(numbers: Iterator[int], reason: str) -> tuple[Loss, ...]:
    """One loss per line number; after the first twenty the rest becomes one loss that counts them."""
    named: list[Loss] = []
    more = 0
    for number in numbers:
        if len(named) < LOSSES_NAMED:
            named.append(Loss(line=number, reason=reason))
        else:
            more += 1
    if more:
        named.append(Loss(reason=f"{reason}, on {more:,} more lines"))
    return tuple(named)


def counted(number: int, noun: str) -> str:
    """``1 trial``, ``2,000 trials``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def content_key(form: str, figures: Any) -> str:
    """``imported:<hash>`` over normalized figures: the same figures under another file name give the same key."""
    text = json.dumps([form, figures], sort_keys=True, separators=(",", ":"), default=str)
    return "imported:" + hashlib.sha256(text.encode()).hexdigest()[:32]


def read_json(text: str) -> Any:
    """The value of one JSON document; NaN and Infinity are refused.

    Raises:
        ImportProblem: it is no JSON, is nested deeper than an interpreter can read, or holds a number without end.
    """
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ImportProblem("the JSON is nested too deeply to be read; a document of fewer levels would work") from None
    except json.JSONDecodeError as error:
        raise ImportProblem(f"not valid JSON: {error.msg} in line {error.lineno}") from None
    except ValueError as error:
        raise ImportProblem(f"the JSON holds a value that can not be read: {error}") from None


def _no_constant(name: str) -> Any:
    raise ImportProblem(f"the JSON holds {name}, which is no number")


def seconds(value: object) -> float | None:
    """``value`` as seconds where it is a number from 0 to 2**53, else None; True and text are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if 0 <= number <= LARGEST else None


def count(value: object) -> int | None:
    """``value`` as a count where it is a whole number from 0 to 2**53, else None."""
    number = seconds(value)
    return int(number) if number is not None and number == int(number) else None


def moment(value: object) -> datetime | None:
    """An ISO moment, taken as UTC where it names no zone; None where it is none."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        parsed = datetime.fromisoformat(value)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def phases_from_totals(
    totals: Mapping[tuple[str, ...], float],
    *,
    calls: Mapping[tuple[str, ...], int] | None = None,
    category: Callable[[tuple[str, ...]], str] = lambda _path: "framework",
    basis: str = "sum",
) -> tuple[PhaseTiming, ...]:
    """Phases from their total seconds by path: a phase's own are its total less its children's, never below 0."""
    children: dict[tuple[str, ...], float] = {}
    for path, total in totals.items():
        children[path[:-1]] = children.get(path[:-1], 0.0) + total
    return tuple(
        PhaseTiming(
            path=path,
            category=category(path),
            total_seconds=total,
            self_seconds=max(total - children.get(path, 0.0), 0.0),
            calls=(calls or {}).get(path, 1),
            basis=basis,
        )
        for path, total in totals.items()
    )
