"""An executed notebook (nbformat 4): the printed output of its cells, in one piece or in sixty.

Lines are numbered through all output of the notebook, from 1, as a reader of the notebook sees them.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

from profiles.importers._names import clean
from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source, moment, read_json
from profiles.runlog.reader import Reader

NAME = "notebook"
_MARKS = (re.compile(r'"cells"\s{0,20}:'), re.compile(r'"(?:cell_type|nbformat)"\s{0,20}:'))
#: The printed output of a cell: what a cut notebook is searched for.
_STDOUT = re.compile(
    r'"name"\s{0,9}:\s{0,9}"stdout",\s{0,99}(?:"output_type"\s{0,9}:\s{0,9}"stream",\s{0,99})?'
    r'"text"\s{0,9}:\s{0,9}\[?\s{0,99}'
)
_BETWEEN = re.compile(r"[\s,]{0,99}")
_INTERRUPTS = ("KeyboardInterrupt", "DeadKernelError")


def recognize(source: Source) -> float:
    ends = source.head + source.utf8[-4096:].decode("utf-8", "replace")
    return 0.97 if ends.lstrip()[:1] == "{" and all(mark.search(ends) for mark in _MARKS) else 0.0


def parse(source: Source) -> Parsed:
    """The runs in the cells' output.

    Raises:
        ImportProblem: no notebook of format 4, or no run of the pipeline in it.
    """
    try:
        notebook = read_json(source.text)
    except ImportProblem as problem:
        return _salvaged(source, problem)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or notebook.get("nbformat", 4) != 4:
        version = notebook.get("nbformat") if isinstance(notebook, dict) else type(notebook).__name__
        raise ImportProblem(f"a notebook of format 4 with cells would work, this one is of format {version!r}"[:200])
    reader, losses, number = Reader(source.name, NAME), list[Loss](), 0
    broken = False
    for at, cell in enumerate(cells, 1):
        outputs = cell.get("outputs") if isinstance(cell, dict) else None
        if isinstance(outputs, list):
            number = _feed(reader, "".join(_printed(outputs, losses)), number)
            broken = broken or any(_is_interrupt(output) for output in outputs)
            losses += [
                Loss(reason=f"cell {at} ended with an error: {error}") for error in map(_error, outputs) if error
            ]
    parsed = reader.parsed(
        "a notebook, but none of its cells printed a run of the pipeline, nor a profile", tuple(losses)
    )
    if parsed.logs:
        last = parsed.logs[-1]
        last.interrupted = (last.interrupted or broken) and last.wall_figure is None
        if len(parsed.logs) == 1 and last.started_at is None:
            last.started_at = moment(_papermill(notebook).get("start_time"))
    return parsed


def printed(source: Source) -> str:
    """What the cells printed to stdout, one after the other.

    Raises:
        ImportProblem: no JSON.
    """
    notebook = read_json(source.text)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    outputs = [cell.get("outputs") for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []
    return "\n".join("".join(_printed(output, [])) for output in outputs if isinstance(output, list))


def _salvaged(source: Source, problem: ImportProblem) -> Parsed:
    """The runs in the output that a cut or damaged notebook still holds.

    Raises:
        ImportProblem: the given one, where there is none.
    """
    reader, pieces, decode = Reader(source.name, NAME), list[str](), json.JSONDecoder().raw_decode
    # The string that was cut ends the search.
    with contextlib.suppress(ValueError):
        for start in _STDOUT.finditer(source.text):
            position = start.end()
            while source.text.startswith('"', position):
                piece, position = decode(source.text, position)
                pieces.append(piece)
                between = _BETWEEN.match(source.text, position)
                position = between.end() if between else position
    _feed(reader, "".join(pieces), 0)
    logs, more = reader.finish()
    if not logs:
        raise problem
    logs[-1].interrupted = logs[-1].wall_figure is None
    lost = Loss(reason=f"the notebook is cut or damaged ({problem}); the output that could be found was read")
    return Parsed(logs=logs, losses=(lost, *more))


def _feed(reader: Reader, text: str, number: int) -> int:
    """Feeds what one cell printed; gives the number of its last line."""
    *whole, rest = text.split("\n")
    for at, line in enumerate(whole, number + 1):
        reader.feed(at, line.rstrip("\r").encode("utf-8", "replace"))
    if rest:
        reader.feed_last(number + len(whole) + 1, rest.encode("utf-8", "replace"))
    return number + len(whole) + bool(rest)


def _printed(outputs: list[Any], losses: list[Loss]) -> Iterator[str]:
    """The text that a cell printed to stdout, its pieces in order; pieces may cut lines."""
    for output in outputs:
        if not isinstance(output, dict) or output.get("output_type") != "stream" or output.get("name") == "stderr":
            continue
        text = output.get("text", "")
        pieces = text if isinstance(text, list) else [text]
        if all(isinstance(piece, str) for piece in pieces):
            yield from pieces
        else:
            losses.append(Loss(reason="a cell's output is no text and was left out"))


def _is_interrupt(output: Any) -> bool:
    return isinstance(output, dict) and output.get("output_type") == "error" and output.get("ename") in _INTERRUPTS


def _error(output: Any) -> str:
    """The error that an output tells, on one line; empty where it tells none."""
    if not isinstance(output, dict) or output.get("output_type") != "error":
        return ""
    texts = [output.get(name) for name in ("ename", "evalue")]
    return clean(": ".join(" ".join(text.split()) for text in texts if isinstance(text, str) and text.strip()), 200)


def _papermill(notebook: dict[str, Any]) -> dict[str, Any]:
    metadata = notebook.get("metadata")
    papermill = metadata.get("papermill") if isinstance(metadata, dict) else None
    return papermill if isinstance(papermill, dict) else {}


IMPORTER = Importer(
    name=NAME,
    title="Notebook",
    description="An executed Jupyter or Kaggle notebook whose cells printed a run.",
    recognize=recognize,
    parse=parse,
)
