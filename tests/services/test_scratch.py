from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from services import scratch
from services.scratch import scratch_folder, scratch_root


def test_the_folder_is_new_and_gone_afterwards(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as one, scratch_folder(tmp_path) as other:
        assert one != other
        (one / "solver.py").write_text("")
        assert list(other.iterdir()) == []
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_holds_stays(tmp_path: Path) -> None:
    code = f"""
import os, signal
from pathlib import Path
from services.scratch import scratch_folder
with scratch_folder(Path({str(tmp_path)!r})) as folder:
    (folder / "solver.py").write_text("")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(scratch.__file__).parents[1])
    (left,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    with scratch_folder(tmp_path) as mine, scratch_folder(tmp_path) as second:
        assert {path for path in tmp_path.iterdir() if path.is_dir()} == {mine, second}
    assert not left.exists()


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "quickwin-solvers-notes.txt").write_text("mine")
    with scratch_folder(tmp_path):
        pass
    assert os.listdir(tmp_path) == ["quickwin-solvers-notes.txt"]


def test_without_room_in_memory_the_folder_for_temporary_files_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scratch_root(tmp_path / "missing") == Path(tempfile.gettempdir())
    monkeypatch.setattr(scratch, "BYTES_NEEDED", 1 << 60)
    assert scratch_root(tmp_path) == Path(tempfile.gettempdir())
    monkeypatch.setattr(scratch, "BYTES_NEEDED", 1)
    assert scratch_root(tmp_path) == tmp_path
