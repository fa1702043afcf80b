"""What holds for every command, whoever adds one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli import command_name, command_names, load_command, short_help
from tests.cli.place import ROOT, quickwin
from tests.cli.records import record, stored

TESTS = Path(__file__).parent
NAMES = command_names()


def test_there_are_commands() -> None:
    assert {"run", "runs", "show", "compare", "export", "serve", "demo", "measure", "import_"} <= set(NAMES)


@pytest.mark.parametrize("module", NAMES)
def test_every_command_helps_with_a_sentence_and_an_example(module: str) -> None:
    name = command_name(module)
    result = quickwin(name, "--help")
    assert result.exit_code == 0
    assert f"quickwin {name}" in result.stdout.split("\n", 1)[1]
    assert (load_command(module).help or "").strip()


@pytest.mark.parametrize("module", NAMES)
def test_every_command_has_a_test_file(module: str) -> None:
    name = command_name(module)
    files = {path.stem.removeprefix("test_") for path in TESTS.glob("test_*.py")}
    together = files | {word for file in files for word in file.split("_")}
    assert name in together or module in together or name in {"attribute"}, f"write tests/cli/test_{name}.py"


@pytest.mark.parametrize("module", NAMES)
def test_an_unknown_option_is_a_usage_error(module: str) -> None:
    result = quickwin(command_name(module), "--no-such-option")
    assert result.exit_code == 2 and "--no-such-option" in result.stderr


def test_an_unknown_command_is_a_usage_error() -> None:
    result = quickwin("nonsense")
    assert result.exit_code == 2 and "nonsense" in result.stderr


@pytest.mark.parametrize("words", [["runs"], ["decide"]])
def test_json_is_one_document_on_an_empty_database(words: list[str], place: Path) -> None:
    result = quickwin(*words, "--json")
    assert result.exit_code == 0
    json.loads(result.stdout)


@pytest.mark.parametrize("words", [["show"], ["export"], ["compare", "1", "2"]])
def test_without_runs_it_is_said_how_to_record_one(words: list[str], place: Path) -> None:
    result = quickwin(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "quickwin run records one" in result.stderr


HEAVY = ("numpy", "pandas", "sqlalchemy", "scipy", "rich", "streamlit")


def heavy_modules(*words: str) -> set[str]:
    """What of the slow modules a command imports, in a process of its own."""
    code = f"""
import contextlib, sys
sys.argv = ["quickwin", *{words!r}]
from cli._main import main
with contextlib.suppress(SystemExit):
    main()
print("heavy", *[name for name in {HEAVY!r} if name in sys.modules])
"""
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return set(printed.splitlines()[-1].split()[1:])


def test_help_imports_nothing_that_is_slow() -> None:
    assert heavy_modules("--help") == set()


@pytest.mark.parametrize("words", [["runs"], ["show", "1"], ["compare", "1", "1"]], ids=" ".join)
def test_small_tables_need_no_pandas(words: list[str], place: Path) -> None:
    stored(record("one"))
    assert heavy_modules(*words) & {"pandas", "numpy", "scipy", "streamlit"} == set()


def test_a_quiet_run_needs_no_statistics_and_draws_no_bar(place: Path) -> None:
    words = ("run", "--tasks", "1", "--candidates", "4", "--quiet", "--json")
    assert heavy_modules(*words) & {"pandas", "numpy", "scipy", "rich"} == set()


def test_a_command_that_only_reads_sqlite_loads_no_other_databases_dialect(place: Path) -> None:
    stored(record("one"))
    code = "import sys; from optim.__main__ import main; main(['runs'], standalone_mode=False); print([*sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert "'sqlalchemy.dialects.sqlite'" in printed and "'sqlalchemy.dialects.postgresql'" not in printed


def test_a_command_does_not_go_through_all_that_it_loaded_for_garbage(place: Path) -> None:
    code = """
import atexit, gc
import cli._main
cli._main.main = lambda **named: None
cli._main.command_line()
rarely = gc.get_threshold()[0]
atexit._run_exitfuncs()
print(rarely >= 50_000, gc.get_freeze_count() > 10_000)
"""
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert printed.split() == ["True", "True"]


def test_the_list_of_commands_says_of_each_what_it_does() -> None:
    printed = quickwin("--help").stdout
    for module in NAMES:
        assert short_help(module)[:20] in printed
