"""line_profiler's report (``kernprof -l -v``, ``python -m line_profiler``): the seconds of each line of functions.

A line's seconds include what it calls, and profiled functions may call each other, so nothing of it adds up to a
wall-clock: the run has none.
"""

from __future__ import annotations

import re

from profiles.importers._profiles import stack_run
from profiles.importers._stacks import Frame, StackTree
from profiles.importers.base import Importer, Parsed, Source, name_losses, seconds

NAME = "line-profiler"
_UNIT = re.compile(r"Timer unit: (\d{1,9}(?:\.\d{1,12})?(?:e[+-]?\d{1,3})?) s\b")
_FILE = re.compile(r"File: (.{1,800})\Z")
_FUNCTION = re.compile(r"Function: (.{1,400}) at line (\d{1,9})\s*\Z")
_ROW = re.compile(
    r"\s{0,12}(\d{1,9})\s{1,12}(\d{1,15})\s{1,20}(\d{1,15}(?:\.\d{1,9})?)\s{1,20}"
    r"\d[\d.e+-]{0,20}\s{1,12}\d{1,3}(?:\.\d)?  (.{0,300})"
)
_HEADING = re.compile(r"Line #\s+Hits\s+Time\s+Per Hit\s+% Time\s+Line Contents")
_LIKE_ROW = re.compile(r"\s{0,12}\d{1,9}\s{1,12}\d")


def recognize(source: Source) -> float:
    return 0.85 if "Timer unit: " in source.head and _HEADING.search(source.head) else 0.0


def parse(source: Source) -> Parsed:
    """The functions and their lines as one profiled run.

    Raises:
        ImportProblem: no line with seconds.
    """
    tree, infos, bad = StackTree(), dict[str, int](), list[int]()
    unit, file, node, in_table = 1e-6, "", 0, False
    for number, line in source.lines():
        if len(line) > 2_000:
            continue
        if match := _UNIT.match(line):
            unit = seconds(float(match[1])) or unit
        elif match := _FILE.match(line):
            file, in_table = match[1].strip(), False
        elif match := _FUNCTION.match(line):
            frame = Frame(name=match[1], file=file, line=int(match[2]))
            node = tree.child(0, infos.setdefault(frame.info, len(infos)))
        elif _HEADING.match(line.strip()):
            in_table = True
        elif in_table and (match := _ROW.match(line)):
            frame = Frame(name=f"line {match[1]}: {match[4].strip()[:80]}", file=file, line=int(match[1]))
            tree.add(tree.child(node, infos.setdefault(frame.info, len(infos))), float(match[3]) * unit)
        elif in_table and _LIKE_ROW.match(line):
            bad.append(number)
    losses = name_losses(iter(bad), "the row of the line profile can not be read and was left out")
    note = "a line's seconds include what it calls, so the functions' seconds overlap and add up to no wall-clock"
    return stack_run(NAME, source.name, tree, list(infos), wall=None, losses=losses, notes=(note,))


IMPORTER = Importer(
    name=NAME,
    title="line_profiler report",
    description="The text that line_profiler prints: the seconds of each line of the functions it watched.",
    recognize=recognize,
    parse=parse,
)
