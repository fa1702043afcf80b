"""What is captured of the machine and the source, also where there is no git."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from profiles import recorder
from profiles.environment import capture
from profiles.program import ROOT


def git(folder: Path, *arguments: str) -> None:
    settings = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *settings, *arguments], check=True, capture_output=True)


def test_the_machine_is_the_same_each_time() -> None:
    one, two = capture(), capture()
    assert one.machine == two.machine
    assert len(one.machine) == 12
    assert one.cpu_count is not None and one.cpu_count >= 1
    assert one.memory_bytes is not None and one.memory_bytes > 2**20
    assert one.packages["pyinstrument"].count(".") >= 1


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (("CPU", 2, 2**34 + 10**6), True),
        (("CPU", 4, 2**34), False),
        (("other", 2, 2**34), False),
        (("CPU", 2, None), False),
    ],
)
def test_the_fingerprint_follows_what_decides_on_speed_and_not_a_few_pages_of_memory(change: tuple, same: bool) -> None:
    assert (recorder._machine(*change) == recorder._machine("CPU", 2, 2**34)) == same


def test_a_folder_without_git_has_no_commit(tmp_path: Path) -> None:
    found = capture(tmp_path)
    assert (found.git_commit, found.git_dirty) == (None, None)


def test_a_changed_source_is_dirty(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "code.py").write_text("1")
    git(tmp_path, "add", "code.py")
    git(tmp_path, "commit", "-qm", "first")
    clean = capture(tmp_path)
    (tmp_path / "code.py").write_text("2")
    changed = capture(tmp_path)
    assert (clean.git_dirty, changed.git_dirty) == (False, True)
    assert clean.git_commit == changed.git_commit
    assert clean.git_commit is not None and len(clean.git_commit) == 40


def test_a_machine_without_git_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert capture().git_commit is None


def test_capturing_takes_little() -> None:
    times = []
    for _ in range(5):
        start = time.process_time()
        capture()
        times.append(time.process_time() - start)
    assert min(times) < 0.05


def test_a_programs_peak_memory_is_its_own_and_not_that_of_who_started_it() -> None:
    ballast = bytearray(300 << 20)
    ballast[::4096] = b"x" * len(ballast[::4096])
    code = "from profiles.system import peak_bytes; from profiles.recorder import Recorder; "
    code += "print(peak_bytes(), Recorder().finish()['peak_bytes'])"
    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for peak in map(int, printed.split()):
        assert 5 << 20 < peak < len(ballast)
