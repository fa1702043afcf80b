"""What ``/usr/bin/time -v`` and the shell's ``time`` print of a command: wall-clock, CPU seconds, exit status.

Of a text with several such blocks each is a run. The command's own output around them is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from profiles.importers._names import clean
from profiles.importers.base import Importer, ImportProblem, Parsed, Source, content_key, seconds
from profiles.records import RunRecord

NAME = "time"
_ELAPSED = "Elapsed (wall clock) time (h:mm:ss or m:ss)"
_FIELD = re.compile(r"\s{1,8}([A-Z][A-Za-z() :./]{3,60}): (.{0,2000})\Z")
_CLOCK = re.compile(r"(?:(\d{1,6}):)?(\d{1,6}):(\d{1,2}(?:\.\d{1,6})?)\Z")
_SHELL = re.compile(r"(real|user|sys)[\t ]{1,8}(?:(\d{1,6})m)?(\d{1,9}(?:[.,]\d{1,6})?)s?\Z")
_MOST = 500


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
    return 0.5 if names == {"real", "user", "sys"} else 0.0


def parse(source: Source) -> Parsed:
    """A run for each block.

    Raises:
        ImportProblem: no block with a wall-clock.
    """
    blocks = [_Block()]
    for _, line in source.lines():
        if len(line) < 2_200:
            _take(blocks, line.rstrip())
    timed = [block for block in blocks if "wall" in block.seconds][:_MOST]
    if not timed:
        raise ImportProblem("the text has lines of the command time, but none with the elapsed time that can be read")
    return Parsed(runs=tuple(_run(source.name, number, block) for number, block in enumerate(timed, start=1)))


def _take(blocks: list[_Block], line: str) -> None:
    shell, match = _SHELL.match(line), _FIELD.match(line)
    if shell:
        name = {"real": "wall"}.get(shell[1], shell[1])
        if name in blocks[-1].seconds:
            blocks.append(_Block())
        blocks[-1].seconds[name] = 60.0 * int(shell[2] or 0) + float(shell[3].replace(",", "."))
    elif match and match[1] == "Command being timed":
        blocks.append(_Block(command=match[2].strip('"')))
    elif match:
        _take_field(blocks[-1], match[1], match[2])
    elif line.startswith("Command exited with non-zero status "):
        blocks.append(_Block(exit_status=line.rpartition(" ")[2]))


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
        cpu_seconds=None if None in cpu else sum(one for one in cpu if one is not None),
        counts={"peak_bytes": int(peak) * 1024} if peak else {},
        notes=(f"the command {command}",) if command else (),
    )


IMPORTER = Importer(
    name=NAME,
    title="time of a command",
    description="What /usr/bin/time -v or the shell's time prints: wall-clock, CPU seconds, memory, exit status.",
    recognize=recognize,
    parse=parse,
)
