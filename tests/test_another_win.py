"""A win is one new file and its test: nothing else of the tree has to know it. Tried in a copy of the tree."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worked_example import WIN_NAMES

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("app.py", "pyproject.toml", ".streamlit", "cli", "db", "optim", "profiles", "services", "views", "tests")
NAME = "swift_filter"
WIN = f'''"""Filters the way the baseline does, only under another name: as fast, with equal answers."""

from __future__ import annotations

from optim.arc.parts import Bench, Parts
from optim.project.wins import Win


def install(bench: Bench, parts: Parts) -> None:
    """Replaces nothing."""


WIN = Win(name="{NAME}", title="Swift filter", addresses=(("score",),))
'''
TEST = f'''"""The swift filter."""

from pathlib import Path

from optim.arc.wins import all_wins
from tests.optim.bench import answers, small


def test_it_is_found_and_gives_the_baselines_answers(tmp_path: Path) -> None:
    assert all_wins()["{NAME}"].number == {len(WIN_NAMES) + 1}
    assert answers(small(tmp_path / "a", wins=frozenset({{"{NAME}"}})))[0] == answers(small(tmp_path / "b"))[0]
'''


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree with one win more; with what was compiled of it, so that nothing has to be compiled anew."""
    folder = tmp_path_factory.mktemp("tree")
    ignored = shutil.ignore_patterns("*.pyc.*", "*.png")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=ignored)
        else:
            shutil.copy(source, folder / part)
    (folder / "optim" / "arc" / "wins" / f"{NAME}.py").write_text(WIN)
    (folder / "tests" / "optim" / "arc" / "wins" / f"test_{NAME}.py").write_text(TEST)
    return folder


def call(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs Python there, on a database of its own."""
    own = {"PYTHONPATH": str(copy), "QUICKWIN_HOME": str(copy / "home"), "DATABASE_URL": f"sqlite:///{copy}/own.db"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, *words],
        cwd=copy,
        env={**environment, **own},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


#: Commands one after the other in one process, which is started for them; each has to do what it is asked for.
COMMANDS = """
import json, sys
from click.testing import CliRunner
from optim.__main__ import main
outputs = []
for words in json.loads(sys.argv[1]):
    done = CliRunner().invoke(main, words, prog_name="quickwin")
    assert done.exit_code == 0, (words, done.output, done.exception)
    outputs.append(done.stdout)
print(json.dumps(outputs))
"""


def quickwin(copy: Path, *commands: tuple[str, ...]) -> list[str]:
    """What each of the commands prints there."""
    done = call(copy, "-c", COMMANDS, json.dumps(commands))
    assert done.returncode == 0, done.stderr
    outputs: list[str] = json.loads(done.stdout)
    return outputs


def test_the_tests_of_the_families_hold_with_one_win_more(copy: Path) -> None:
    tests = (
        "arc/wins/test_family.py",
        f"arc/wins/test_{NAME}.py",
        "project/test_plan.py",
        "plan",
        "evidence/test_spec.py",
    )
    chosen = [f"tests/optim/{one}" for one in tests]
    views = [f"tests/views/{one}" for one in ("test_palette.py", "test_configs.py", "data", "charts")]
    # Of phases, scales and stages, and of any text that may stand in a plan or a tracker, none knows a win of the tree.
    apart = ("data/test_phases", "data/test_changes", "charts/test_scale", "charts/test_stage")
    views += [f"--ignore=tests/views/{one}.py" for one in apart]
    texts = "a_changed_plan or a_shuffled_tracker or whatever_people_type"
    # Of what is tried for each subset, each rule of eligibility, each edit: what has to do with the number of wins.
    alone, beside_all = f"({NAME} and not ({' or '.join(WIN_NAMES)}))", " and ".join((NAME, *WIN_NAMES))
    some = f"not (every_subset or whatever_is_eligible or a_person_writes or {texts}) or {alone} or ({beside_all})"
    some += " or changes2-1 or tick-as"
    services = [f"tests/services/test_{one}.py" for one in ("account", "board", "documents", "planning", "sixth_win")]
    done = call(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", some, *chosen, *views, *services)
    assert done.returncode == 0, done.stdout[-4000:]


def test_the_commands_know_one_win_more(copy: Path) -> None:
    small = ("--cold", "--quiet", "--tasks", "2", "--candidates", "5")
    *_, runs, _, decisions, tracker, _ = quickwin(
        copy,
        ("run", "--wins", NAME, *small),
        ("run", "--wins", "all", *small),
        ("run", "--wins", f"all-{NAME}", *small),
        ("runs", "--json"),
        ("decide", NAME, "keep", "--because", "it is as good", "--force", "tried"),
        ("decide",),
        ("tracker",),
        ("report", "--output", "results.md"),
    )
    assert runs.count(NAME) >= 2
    assert NAME in decisions
    assert f"Quick Win #{len(WIN_NAMES) + 1}: Swift filter" in tracker
    assert "Swift filter" in (copy / "results.md").read_text()


def test_the_pages_show_one_win_more(copy: Path) -> None:
    script = """
import sys
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
from views.page import all_pages
pages = all_pages()
for page in pages:
    test = AppTest.from_file("app.py", default_timeout=60)
    test._page_hash = calc_hash("" if page is pages[0] else page.url_path)
    test.query_params["win"] = sys.argv[1]
    test.run()
    assert not test.exception, (page.url_path, test.exception)
    kinds = ("title", "header", "markdown", "caption", "code", "table", "selectbox", "multiselect", "html")
    print(page.url_path, [getattr(one, "options", None) or str(one.value) for kind in kinds for one in test.get(kind)])
"""
    done = call(copy, "-c", script, NAME)
    assert done.returncode == 0, done.stderr[-4000:]
    shown = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " [" in line)
    assert [
        page for page in ("progress", "decide", "measure") if NAME not in shown[page] and "Swift" not in shown[page]
    ] == []
