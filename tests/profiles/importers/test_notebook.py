"""Executed notebooks."""

import json

import pytest

from tests.profiles.importers.files import fixture, read, run_of


@pytest.mark.parametrize("name", ["notebook_one_piece.ipynb", "notebook_sixty_pieces.ipynb"])
def test_output_in_one_piece_or_in_sixty_is_the_same_run(name):
    run = run_of(name)
    assert run.key == run_of("run_batt_october.log").key
    assert run.counts["tasks.seen"] == 3
    assert run.started_at.isoformat() == "2025-10-17T10:05:00+00:00"


def test_an_interrupted_notebook_is_an_interrupted_run():
    run = run_of("notebook_interrupted.ipynb")
    assert run.status == "interrupted"
    assert len(run.tasks) == 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"nbformat": 3}, "a notebook of format 4 with cells would work, this one is of format 3"),
        ({"cells": []}, "none of its cells printed a run"),
        ({"cells": {"a": 1}}, "a notebook of format 4"),
    ],
)
def test_a_notebook_without_a_run_is_refused_in_a_sentence(changes, said):
    notebook = {**json.loads(fixture("notebook_one_piece.ipynb")), **changes}
    (file,) = read(("x", json.dumps(notebook).encode())).files
    assert said in file.refused


def test_output_that_is_no_text_is_a_loss():
    notebook = json.loads(fixture("notebook_one_piece.ipynb"))
    notebook["cells"][1]["outputs"].insert(0, {"output_type": "stream", "name": "stdout", "text": [1, None]})
    preview = read(("x", json.dumps(notebook).encode()))
    assert [loss.reason for loss in preview.files[0].losses] == ["a cell's output is no text and was left out"]
    assert preview.records[0].wall_seconds == 24.5


@pytest.mark.parametrize("name", ["notebook_one_piece.ipynb", "notebook_sixty_pieces.ipynb"])
def test_a_cut_notebook_keeps_the_output_before_the_cut_and_says_so(name):
    whole = fixture(name)
    preview = read(("x", whole[: whole.rindex(b"Timing summary")]))
    assert preview.files[0].losses[0].reason.startswith("the notebook is cut or damaged (not valid JSON: ")
    assert [(run.status, run.wall_seconds, len(run.tasks)) for run in preview.records] == [("interrupted", None, 3)]
    last = read(("x", whole[: whole.rindex(b"}")])).records[0]
    assert (last.key, last.status) == (run_of("run_batt_october.log").key, "finished")


def test_a_cell_that_ended_with_an_error_is_named():
    error = {"output_type": "error", "ename": "ValueError", "evalue": "bad\nvalue", "traceback": []}
    printed = {"output_type": "stream", "name": "stdout", "text": ["main.run_batt: 1.500 s\n"]}
    cells = [{"cell_type": "code", "outputs": outputs} for outputs in ([], [printed, error])]
    preview = read(("x", json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode()))
    assert [run.wall_seconds for run in preview.records] == [1.5]
    assert [loss.reason for loss in preview.files[0].losses] == ["cell 2 ended with an error: ValueError: bad value"]
