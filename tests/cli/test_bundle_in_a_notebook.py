"""A real notebook kernel runs the bundle, and the executed notebook comes home as a measurement."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from db import queries
from db.engine import open_engine
from tests.bundles import bundled
from tests.cli.place import quickwin

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("ipykernel")

CALL = 'measure("none", "quick", blocks={blocks}, minutes=30, journal="j.jsonl")'


def executed(folder: Path, *cells: str) -> Path:
    """The cells run by a kernel of this Python in the folder; gives the notebook that was saved."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    path = folder / "executed.ipynb"
    nbformat.write(notebook, path)
    return path


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("how", "blocks", "verdict"), [("imported", 9, "faster"), ("pasted", 1, "unresolved")])
def test_an_executed_notebook_is_a_measurement_with_its_blocks(
    place: Path, how: str, blocks: int, verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    bundle = bundled(place, sys.executable)
    first = "from quickwin_bundle import measure" if how == "imported" else bundle.read_text()
    notebook = executed(place, first, CALL.format(blocks=blocks))
    told = quickwin("import", str(notebook), "--yes")
    assert told.exit_code == 0 and "blocks from elsewhere" in told.output, told.output
    assert f"{4 * blocks} there already" in quickwin("import", "j.jsonl", "--yes").output
    engine = open_engine()
    kept = queries.measurement(engine, 1)
    assert kept.verdict is not None and kept.verdict["verdict"] == verdict
    assert len(queries.blocks(engine, 1)) == 4 * blocks
    engine.dispose()
