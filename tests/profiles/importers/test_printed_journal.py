"""Journals that were printed come home in whatever log they are."""

import json
import zlib

import pytest

from tests.profiles.importers.files import form_of, read

HEADER = {"type": "header", "format": "quickwin-journal", "version": 1, "key": "k1", "label": "bundle", "config": ["a"]}
END = {"type": "end", "status": "finished", "wall_seconds": 12.5, "task_count": 0}


def printed(*lines, run="a1b2"):
    texts = [json.dumps(line, separators=(",", ":")) for line in lines]
    heads = [
        f"@quickwin {run} {at} 1/1 {zlib.crc32(text.encode()):08x} {text}" for at, text in enumerate(texts, start=1)
    ]
    return "".join(f'some output "quoted"\n{line}\n' for line in heads)


TEXT = printed(HEADER, END)
ENTRIES = [
    {"stream_name": "stdout", "time": 1.5 * at, "data": line} for at, line in enumerate(TEXT.splitlines(keepends=True))
]
OUTPUT = {"output_type": "stream", "name": "stdout", "text": TEXT.splitlines(keepends=True)}
FORMS = {
    "text": TEXT,
    "logging": "".join(f"2026-01-01 12:00:00,123 - root - INFO - {line}\n" for line in TEXT.splitlines()),
    "web page": "".join(f"{at}.5s\t{at}\t{line}\n" for at, line in enumerate(TEXT.splitlines(), start=1)),
    "kernel log": "[" + "\n,".join(json.dumps(entry, separators=(",", ":")) for entry in ENTRIES) + "\n]",
    "kernel log, indented": json.dumps(ENTRIES, indent=1),
    "API answer": json.dumps({"files": [], "log": json.dumps(ENTRIES)}),
    "event stream": "".join(f"data: {json.dumps(entry)}\n\n" for entry in ENTRIES),
    "notebook": json.dumps({"cells": [{"cell_type": "code", "outputs": [OUTPUT]}], "metadata": {}, "nbformat": 4}),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_printed_journal_is_its_run_in_every_envelope(form):
    data = FORMS[form].encode()
    assert form_of(data) == "printed-journal"
    preview = read(("x", data))
    (run,) = preview.records
    assert (run.key, run.wall_seconds, run.config, run.status) == ("k1", 12.5, {"a"}, "finished")
    assert preview.files[0].losses == ()


def test_copies_count_once_and_damaged_lines_are_said():
    preview = read(("x", (TEXT + TEXT + TEXT.replace("12.5", "13.5")).encode()))
    assert [run.wall_seconds for run in preview.records] == [12.5]
    assert "copies or cut ones" in preview.files[0].losses[0].reason


def test_two_runs_in_one_log_are_two_runs():
    other = printed({**HEADER, "key": "k2"}, {**END, "wall_seconds": 7.0}, run="c3d4")
    assert [run.wall_seconds for run in read(("x", (TEXT + other).encode())).records] == [12.5, 7.0]


def test_a_log_that_only_mentions_the_prefix_is_not_taken():
    assert read(("x", b"lines begin with @quickwin run\n1 tasks - 0 timeouts\n")).files[0].form == "run_batt"
