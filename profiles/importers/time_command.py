"""What ``time`` prints of a command: GNU's and BSD's, that of bash, zsh, fish, csh and IPython, and ``perf stat``.

Wall-clock, CPU seconds, exit status and peak memory, as far as they print them. Of a text with several such blocks each
is a run. The command's own output around them is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from profiles.importers._names import clean
from profiles.importers.base import Importer, ImportProblem, Parsed, Source, content_key, seconds
from profiles.records import RunRecord
from profiles.units import UNITS

NAME = "time"
_ELAPSED = "Elapsed (wall clock) time (h:mm:ss or m:ss)"
_FIELD = re.compile(r"\s{1,8}([A-Z][A-Za-z() :./]{3,60}): (.{0,2000})\Z")
_FIGURE = r"\d{1,9}(?:[.,]\d{1,9})?"
#: Wall-clocks as zsh, csh and GNU time write them: ``2.004``, ``1:02.34``, ``1:02:03``.
_WALL = rf"(?P<wall>(?:\d{{1,6}}:){{0,2}}{_FIGURE})"
_SHARE = r"\d{1,6}(?:[.,]\d{1,3})?%"
#: Blank, and not at the end of many blanks, so that the time to read a line stays linear.
_GAP = r"[ \t]{1,12}"
_CLOCK = re.compile(r"(?:(\d{1,6}):)?(\d{1,6}):(\d{1,2}(?:\.\d{1,6})?)\Z")
_SHELL = re.compile(r"(real|user|sys)[\t ]{1,8}(?:(\d{1,6})m)?(\d{1,9}(?:[.,]\d{1,6})?)s?\Z")
#: Lines that say all of a command at once.
_WHOLE = (
    re.compile(
        rf"(?P<command>\S.{{0,2000}}?)?[ \t]{{0,4}}(?<!\S)(?P<user>{_FIGURE})s user (?P<sys>{_FIGURE})s system "
        rf"{_SHARE} cpu {_WALL} total\Z"
    ),
    re.compile(
        rf"(?P<user>{_FIGURE})user (?P<sys>{_FIGURE})system {_WALL}elapsed (?:{_SHARE}|\?%)CPU"
        r"(?: \(\d{1,12}avgtext\+\d{1,12}avgdata (?P<peak>\d{1,12})maxresident\)k)?\Z"
    ),
    re.compile(rf"(?P<user>{_FIGURE})u (?P<sys>{_FIGURE})s {_WALL} {_SHARE}(?:[ \t].{{0,200}})?\Z"),
    re.compile(rf"[ \t]{{1,12}}{_WALL} real{_GAP}(?P<user>{_FIGURE}) user{_GAP}(?P<sys>{_FIGURE}) sys\Z"),
)
#: Lines that say one thing of a command, with a unit: fish, IPython, ``perf stat``.
_SPOKEN = r"\d{1,9}(?:[.,]\d{1,9})? ?[a-z\u00b5\u03bc]{1,12}(?: \d{1,9}(?:[.,]\d{1,9})? ?[a-z\u00b5\u03bc]{1,12}){0,3}"
_ONE = (
    re.compile(rf"Executed in{_GAP}(?P<wall>{_FIGURE} [a-z]{{2,8}})(?:{_GAP}fish{_GAP}external)?\Z"),
    re.compile(rf"[ \t]{{1,8}}usr time{_GAP}(?P<user>{_FIGURE} [a-z]{{2,8}})(?:{_GAP}.{{0,80}})?\Z"),
    re.compile(rf"[ \t]{{1,8}}sys time{_GAP}(?P<sys>{_FIGURE} [a-z]{{2,8}})(?:{_GAP}.{{0,80}})?\Z"),
    re.compile(rf"CPU times: user (?P<user>{_SPOKEN}), sys: (?P<sys>{_SPOKEN}), total: {_SPOKEN}\Z"),
    re.compile(rf"Wall time: (?P<wall>{_SPOKEN})\Z"),
    re.compile(rf"[ \t]{{1,12}}(?P<wall>{_FIGURE} seconds) time elapsed(?:[ \t].{{0,80}})?\Z"),
    re.compile(rf"[ \t]{{1,12}}(?P<user>{_FIGURE} seconds) user\Z"),
    re.compile(rf"[ \t]{{1,12}}(?P<sys>{_FIGURE} seconds) sys\Z"),
)
_PART = re.compile(r"(\d{1,9}(?:[.,]\d{1,9})?) ?([a-z\u00b5\u03bc]{1,12})")
_MOST = 500
_LONGEST = 2_200


@dataclass(kw_only=True, slots=True)
class _Block:
    """One command's figures while they come."""

    command: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    exit_status: str = "0"
    peak_kilobytes: str = ""


def recognize(source: Source) -> float:
    ends = source.head + "\n" + source.utf8[-4096:].decode("utf-8", "replace")
    if _ELAPSED in ends:
        return 0.65
    names = {match[1] for line in ends.split("\n") if (match := _SHELL.match(line))}
    if names == {"real", "user", "sys"}:
        return 0.5
    blocks = _blocks(ends.split("\n"))
    return 0.5 if any({"wall", "user", "sys"} <= block.seconds.keys() for block in blocks) else 0.0


def parse(source: Source) -> Parsed:
    """A run for each block.

    Raises:
        ImportProblem: no block with a wall-clock.
    """
    blocks = _blocks(line for _, line in source.lines())
    timed = [block for block in blocks if "wall" in block.seconds][:_MOST]
    if not timed:
        raise ImportProblem("the text has lines of the command time, but none with the elapsed time that can be read")
    return Parsed(runs=tuple(_run(source.name, number, block) for number, block in enumerate(timed, start=1)))


def _blocks(lines: Iterable[str]) -> list[_Block]:
    blocks = [_Block()]
    for line in lines:
        if len(line) < _LONGEST:
            _take(blocks, line.rstrip())
    return blocks


def _take(blocks: list[_Block], line: str) -> None:
    shell, match = _SHELL.match(line), _FIELD.match(line)
    if shell:
        name = {"real": "wall"}.get(shell[1], shell[1])
        _take_seconds(blocks, {name: 60.0 * int(shell[2] or 0) + _float(shell[3])})
    elif match and match[1] == "Command being timed":
        blocks.append(_Block(command=match[2].strip('"')))
    elif match:
        _take_field(blocks[-1], match[1], match[2])
    elif line.startswith("Command exited with non-zero status "):
        blocks.append(_Block(exit_status=line.rpartition(" ")[2]))
    elif line.startswith("Command terminated by signal "):
        blocks.append(_Block(exit_status=line))
    elif line[-1:].isalnum() or line[-1:] in "%)":
        _take_words(blocks, line)


def _take_words(blocks: list[_Block], line: str) -> None:
    """One of the lines that other shells and tools print."""
    if whole := next((match for form in _WHOLE if (match := form.match(line))), None):
        figures = {"wall": _clock(whole["wall"]), "user": _float(whole["user"]), "sys": _float(whole["sys"])}
        _take_seconds(blocks, figures)
        groups = whole.groupdict()
        blocks[-1].command, blocks[-1].peak_kilobytes = groups.get("command") or "", groups.get("peak") or ""
    elif single := next((match for form in _ONE if (match := form.match(line))), None):
        figures = {name: seconds for name, text in single.groupdict().items() if (seconds := _spoken(text)) is not None}
        _take_seconds(blocks, figures)


def _take_seconds(blocks: list[_Block], figures: Mapping[str, float]) -> None:
    """Figures of the block at work; a name that it has already begins the next one."""
    if figures.keys() & blocks[-1].seconds.keys():
        blocks.append(_Block())
    blocks[-1].seconds.update(figures)


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def _clock(text: str) -> float:
    return sum(_float(part) * 60.0**power for power, part in enumerate(reversed(text.split(":"))))


def _spoken(text: str) -> float | None:
    """``1min 5s`` in seconds; None where a unit is not known."""
    parts = _PART.findall(text)
    if any(unit not in UNITS for _, unit in parts):
        return None
    return sum(_float(figure) * UNITS[unit] for figure, unit in parts)


def _take_field(block: _Block, name: str, value: str) -> None:
    clock = _CLOCK.match(value)
    if name == _ELAPSED and clock:
        block.seconds["wall"] = 3600.0 * int(clock[1] or 0) + 60.0 * int(clock[2]) + float(clock[3])
    elif name in ("User time (seconds)", "System time (seconds)") and re.fullmatch(r"\d{1,9}(?:\.\d{1,6})?", value):
        block.seconds["user" if name[0] == "U" else "sys"] = float(value)
    elif name == "Exit status":
        block.exit_status = value
    elif name == "Maximum resident set size (kbytes)":
        block.peak_kilobytes = value


def _run(name: str, number: int, block: _Block) -> RunRecord:
    cpu = block.seconds.get("user"), block.seconds.get("sys")
    command = clean(block.command, 200)
    peak = block.peak_kilobytes if re.fullmatch(r"\d{1,12}", block.peak_kilobytes) else ""
    return RunRecord(
        key=content_key(NAME, [clean(name), number, block.command, sorted(block.seconds.items())]),
        label=f"{clean(name)}: {command}" if command else clean(name),
        source=f"imported:{NAME}",
        source_name=clean(name),
        status="finished" if block.exit_status.strip() in ("0", "") else "failed",
        wall_seconds=seconds(block.seconds["wall"]),
        cpu_seconds=None if None in cpu else sum(cpu_part for cpu_part in cpu if cpu_part is not None),
        counts={"peak_bytes": int(peak) * 1024} if peak else {},
        notes=(f"the command {command}",) if command else (),
    )


IMPORTER = Importer(
    name=NAME,
    title="time of a command",
    description="What time (GNU, BSD, shells, IPython) and perf stat print: wall-clock, CPU, memory, exit status.",
    recognize=recognize,
    parse=parse,
)
