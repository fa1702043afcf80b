"""pyinstrument's reports: the tree that it prints as text, and its HTML page, which holds the session itself.

      _     ._   __/__   _ _  _  _ _/_   Recorded: 00:20:54  Samples:  73
     /_//_/// /_\\ / //_// / //_'/ //     Duration: 0.157     CPU time: 0.061
    0.156 <module>  pi.py:1
    └─ 0.156 f  pi.py:6

The text is pruned and rounded to milliseconds: what its branches leave of a frame is the frame's own.
"""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

from profiles.importers import pyinstrument_session
from profiles.importers._profiles import stack_run
from profiles.importers._stacks import Frame, StackTree
from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source, seconds

NAME = "pyinstrument-report"
_RECORDED = re.compile(r"\bRecorded: .{0,60}\bSamples: {1,9}(\d{1,12})")
_DURATION = re.compile(r"\bDuration: {1,9}(\d{1,9}(?:\.\d{1,6})?)")
_COLOURS = re.compile(r"\x1b\[[0-9;]{0,20}m")
_ROW = re.compile(r"([ │├└─|`+\-]{0,800}?)(\d{1,9}\.\d{3}) (\S.{0,400}?)(?:  (\S.{0,600}))?\s*\Z")
_SHARE_ROW = re.compile(r"[ │├└─|`+\-]{0,800}?\d{1,3}(?:\.\d{1,3})?% \S")
_PLACE = re.compile(r"(.{1,500}):(\d{1,9})\Z")
_EMBEDDED = re.compile(r"(?:sessionData = |getElementById\('app'\), ?|renderSession\()(?=\{)")
_HTML = re.compile(r"\s{0,99}<(?:!DOCTYPE|html|head|meta|style|script|div)", re.I)
_INDENT = 3


def recognize(source: Source) -> float:
    if _HTML.match(source.head) and b"pyinstrument" in source.utf8:
        return 0.9
    return 0.75 if _RECORDED.search(source.head) and _DURATION.search(source.head) else 0.0


def parse(source: Source) -> Parsed:
    """The report as a profiled run.

    Raises:
        ImportProblem: no session in the page, or no tree in the text.
    """
    return _parse_page(source) if _HTML.match(source.head) else _parse_text(source)


def _parse_page(source: Source) -> Parsed:
    text = source.text
    for mark in _EMBEDDED.finditer(text):
        try:
            plain, _ = json.JSONDecoder().raw_decode(text, mark.end())
        except (ValueError, RecursionError):
            continue
        if not isinstance(plain, dict):
            continue
        body = json.dumps(_session(plain)).encode()
        parsed = pyinstrument_session.parse(dataclasses.replace(source, data=body))
        return dataclasses.replace(parsed, runs=tuple(run.replace(source=f"imported:{NAME}") for run in parsed.runs))
    raise ImportProblem(
        "the page is pyinstrument's, but the session in it is missing or cut; the whole file would work"
    )


def _session(plain: Any) -> Any:
    """The session as pyinstrument saves it, out of what its page holds: facts and a tree apart in newer versions."""
    facts, tree = plain.get("session"), plain.get("frame_tree")
    if not isinstance(facts, dict):
        return plain
    if not isinstance(tree, dict):
        return facts
    waiting = [tree]
    while waiting:
        frame = waiting.pop()
        name, file, line, *_ = [*str(frame.get("identifier", "")).split("\0"), "", ""]
        number = int(line) if line.isascii() and line.isdigit() and len(line) < 10 else 0
        frame.update(function=name, file_path=file, line_no=number)
        children = frame.get("children")
        waiting += [child for child in children if isinstance(child, dict)] if isinstance(children, list) else []
    return {**facts, "root_frame": tree}


def _parse_text(source: Source) -> Parsed:
    tree, infos = StackTree(), dict[str, int]()
    duration: float | None = None
    open_frames: list[tuple[int, int, float]] = []
    spent: dict[int, float] = {}
    for _, raw in source.lines():
        line = _COLOURS.sub("", raw) if len(raw) < 4_000 else ""
        if duration is None and (match := _DURATION.search(line)):
            duration = seconds(float(match[1]))
        elif (row := _ROW.match(line)) and duration is not None:
            _take_row(row, tree, infos, open_frames, spent)
    for node, own in spent.items():
        tree.add(node, max(own, 0.0))
    if not spent and any(_SHARE_ROW.match(line) for _, line in source.lines()):
        raise ImportProblem(
            "the tree's figures are shares of the time (percent_of_total), not seconds; the report with its usual "
            "seconds, or pyinstrument's HTML or JSON, would work"
        )
    loss = Loss(reason="the report is pruned and rounded: frames that pyinstrument left out are not in it")
    return stack_run(NAME, source.name, tree, list(infos), wall=duration, losses=[loss])


def _take_row(
    row: re.Match[str],
    tree: StackTree,
    infos: dict[str, int],
    open_frames: list[tuple[int, int, float]],
    spent: dict[int, float],
) -> None:
    depth, total = len(row[1]) // _INDENT, float(row[2])
    while open_frames and open_frames[-1][0] >= depth:
        open_frames.pop()
    parent = open_frames[-1][1] if open_frames else 0
    if row[3] == "[self]":
        return
    place = _PLACE.match(row[4] or "")
    frame = Frame(name=row[3], file=place[1] if place else row[4] or "", line=int(place[2]) if place else 0)
    node = tree.child(parent, infos.setdefault(frame.info, len(infos)))
    spent[node] = spent.get(node, 0.0) + total
    if parent in spent:
        spent[parent] -= total
    open_frames.append((depth, node, total))


IMPORTER = Importer(
    name=NAME,
    title="pyinstrument report",
    description="pyinstrument's report as text, or as its HTML page, which holds the whole session.",
    recognize=recognize,
    parse=parse,
)
