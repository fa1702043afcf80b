"""The installed command works from any folder, also from one whose modules have the names of ours."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.optim.own_data import write_dsl, write_solvers, write_tasks

ROOT = Path(__file__).resolve().parent.parent
TREE = ("app.py", ".streamlit", "cli", "db", "optim", "profiles", "services", "views")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command ``quickwin`` of a wheel built from this tree, in an environment of its own.

    What the wheel depends on is this environment's: only the wheel itself is installed anew.
    """
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode and "hatchling" in built.stderr:
        pytest.skip("the build system can not be had here")
    assert built.returncode == 0, built.stderr
    [wheel] = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")], check=True)
    [site] = (folder / "env" / "lib").glob("python3*/site-packages")
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "env" / "bin" / "python")]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", str(wheel)], check=True)
    libraries = next(path for path in map(Path, sys.path) if path.name == "site-packages")
    (site / "libraries.pth").write_text(f"{libraries}\n")
    return folder / "env" / "bin" / "quickwin"


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """A folder that holds modules of the names of ours, none of which may ever be imported."""
    folder = tmp_path / "somebody's pröject"
    folder.mkdir()
    (folder / "app.py").write_text("raise SystemExit('the app of the user was run')")
    for name in ("db", "views", "optim", "profiles", "services", "cli"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(f"raise SystemExit('{name} of the user was imported')")
    return folder


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "PYTHONPATH")}
    return {**kept, "QUICKWIN_HOME": ".quickwin"}


@pytest.mark.slow
def test_a_run_from_a_folder_with_modules_of_the_same_names(installed: Path, stranger: Path) -> None:
    data = stranger / "data"
    data.mkdir()
    own = ["--tasks-dir", write_tasks(data, 2), "--dsl", write_dsl(data), "--solvers"]
    own += [write_solvers(data, {f"t{number}": "x1 = mirror(I)\n    return x1" for number in range(2)})]
    command = [str(installed), "run", *own, "--candidates", "3", "--tasks", "2", "--quiet"]
    result = subprocess.run(command, cwd=stranger, env=environment(), capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert "2 of 2 tasks solved" in result.stdout
    assert (stranger / "quickwin.db").exists()


@pytest.fixture
def served(installed: Path, stranger: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(installed), "serve", "--port", str(port), "--no-browser"]
    process = subprocess.Popen(command, cwd=stranger, env=environment(), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert str(port) in process.stdout.readline()
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.communicate(timeout=30)


@pytest.mark.slow
def test_the_app_is_served_from_there(served: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"{served}/_stcore/health", timeout=1) as answer:
                assert answer.read() == b"ok"
                return
        except OSError:
            with socket.socket() as waiting:
                waiting.settimeout(0.1)
                waiting.bind(("127.0.0.1", 0))
                waiting.listen()
                try:
                    waiting.accept()
                except TimeoutError:
                    continue
    raise AssertionError("the app did not come up")


def test_the_wheel_asks_for_what_requirements_txt_pins() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["arc"]]
    pinned = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and line[0] != "#"]

    def names(lines: list[str]) -> set[str]:
        return {re.split(r"[=~<>]", line)[0].lower() for line in lines}

    assert names(asked) == names(pinned)


def test_everything_that_is_imported_is_in_the_wheel() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert set(TREE) <= set(wheel["force-include"])
