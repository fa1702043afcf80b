"""The project file: what it has to say, what it may say, and what is said when it can not be so."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.project.command import Answers, Caches, Switch
from optim.project.fields import PlanProblem
from optim.project.file import FILE, ProjectFile, find_file, load_project, read_project
from optim.project.wins import Win

LEAST = """
[pipeline]
command = "python etl.py"
[[win]]
name = "vectorize"
on = { args = ["--vectorize"] }
"""
WHOLE = """
[project]
name = "etl"
title = "Faster nights"
phase = "Phase 5"
status = "begun"
id = "0123456789abcdef"
[pipeline]
command = "python etl.py --rows {rows}"
parameters = { rows = 200_000, mode = "fast", checked = true }
inputs = ["data/*.csv"]
env = { PYTHONHASHSEED = "0" }
timeout_seconds = 60
time = "wall"
answers = { files = ["out/**/*.csv"], digits = 6 }
caches = { paths = [".cache"], reset = "rm -rf out" }
margin = 0.02
[[win]]
name = "vectorize"
on = { args = ["--vectorize"], env = { VECTORIZE = "1" } }
off = { args = ["--loop"] }
number = 2
title = "Whole columns"
label = "Columns"
colour = "#123456"
sign = "V"
addresses = ["load", "load/parse"]
target_percent = [5, 10]
hours = [1, 2]
implementation = "numpy"
hypothesis = "Loops are slow."
status = "built"
[[win]]
name = "topic"
on = { ref = "topic" }
number = 1
[[machine]]
name = "nightly"
baseline_seconds = 90.5
target_seconds = [40, 50]
"""


def read(text: str, name: str = "folder") -> ProjectFile:
    """The project in a text; ``arc`` is built in, with one win."""
    return read_project(text, "mine.toml", name, {"arc": {"swift": Win(name="swift", addresses=(("load",),))}})


def test_a_command_and_a_win_with_its_switch_are_enough() -> None:
    found = read(LEAST)
    assert (found.name, found.pipeline, found.id) == ("folder", "folder", None)
    assert found.command is not None
    assert (found.command.command, found.command.timeout_seconds, found.command.answers) == ("python etl.py", 600, None)
    [win] = found.plan.wins
    assert (win.name, win.number, win.title, win.on, win.planned) == (
        "vectorize",
        1,
        "Vectorize",
        Switch(args=("--vectorize",)),
        True,
    )
    assert (found.plan.baseline, found.plan.target, found.plan.origin_seconds, found.plan.checklists) == (
        *(None, None, None),
        (),
    )


def test_everything_that_can_be_said_is_read() -> None:
    found = read(WHOLE)
    command, plan = found.command, found.plan
    assert command is not None
    assert (found.name, found.id, plan.title, plan.phase, plan.status) == (
        *("etl", "0123456789abcdef", "Faster nights", "Phase 5", "begun"),
    )
    assert command.parameters == {"rows": 200_000, "mode": "fast", "checked": True}
    assert (command.inputs, command.env, command.time) == (("data/*.csv",), {"PYTHONHASHSEED": "0"}, "wall")
    assert command.answers == Answers(files=("out/**/*.csv",), digits=6)
    assert command.caches == Caches(paths=(".cache",), reset=("rm -rf out",))
    assert (command.timeout_seconds, command.margin) == (60, 0.02)
    assert [win.name for win in plan.wins] == ["topic", "vectorize"], "by their numbers"
    win = plan.win("vectorize")
    assert (win.on.env, win.off.args) == ({"VECTORIZE": "1"}, ("--loop",))
    assert (win.label, win.colour, win.sign, win.addresses) == (
        "Columns",
        "#123456",
        "V",
        (("load",), ("load", "parse")),
    )
    assert plan.win("topic").on.ref == "topic"
    assert plan.reference_machine == "nightly"
    assert plan.baseline is not None and plan.target is not None
    assert (plan.baseline.seconds, str(plan.target.seconds)) == (90.5, "40-50")
    assert plan.results_file == "PHASE5_RESULTS.md"


def test_a_file_may_name_a_built_in_pipeline_and_its_wins_need_no_switch() -> None:
    found = read('[pipeline]\nbuilt_in = "arc"\n[reference]\npipeline = "run_batt"\nmachine = "Kaggle"\n')
    assert (found.command, found.pipeline, found.name) == (None, "arc", "arc")
    assert (found.plan.reference_pipeline, found.plan.reference_machine) == ("run_batt", "Kaggle")
    assert [(win.name, win.planned) for win in found.plan.wins] == [("swift", False)]


COMMAND, ON, NAME = 'command = "python etl.py"', 'on = { args = ["--vectorize"] }', 'name = "vectorize"'


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("[pipeline]\n", "[pipelin]\n"), "pipeline must be a table: [pipeline]"),
        (('command = "python etl.py"\n', ""), "pipeline.command must be one line of text"),
        ((COMMAND, 'command = "python \'etl.py"'), "pipeline.command must be a command as a shell"),
        (
            (COMMAND, 'command = "python {rows}"'),
            "pipeline.command must be a command whose {names}",
        ),
        ((COMMAND, 'command = "a"\nbuilt_in = "spark"'), "pipeline.built_in must be a built-in"),
        ((COMMAND, 'command = "a"\nbuilt_in = "arc"'), "pipeline.command is not a field"),
        ((COMMAND, 'command = "a"\ntimeout = 3'), "pipeline.timeout is not a field; known here"),
        (
            (COMMAND, 'command = "a"\ntimeout_seconds = -1'),
            "pipeline.timeout_seconds must be seconds",
        ),
        ((COMMAND, 'command = "a"\ninputs = "data"'), "pipeline.inputs must be a list of patterns"),
        ((COMMAND, 'command = "a"\nenv = { A = 1 }'), "pipeline.env.A must be a text in quotes"),
        ((COMMAND, 'command = "a"\nanswers = {}'), "pipeline.answers must name one place"),
        (
            (COMMAND, 'command = "a"\ncaches = { paths = ["/tmp"] }'),
            "pipeline.caches.paths must be",
        ),
        ((COMMAND, 'command = "a"\nmargin = 2'), "pipeline.margin must be a share"),
        (
            (COMMAND, 'command = "a"\ntime = "cpu"'),
            "pipeline.time must be one of journal, wall, log",
        ),
        ((ON, ""), "win[1].on must be what switches it on"),
        ((ON, "on = {}"), "win[1].on must be a switch"),
        ((ON, 'on = { args = "--fast" }'), "win[1].on.args must be a list of texts"),
        ((ON, 'on = { flag = "--fast" }'), "win[1].on.flag is not a field"),
        ((NAME, ""), "win[1].name must be one line of text"),
        ((NAME, 'name = "all"'), "a win's name must be letters"),
        ((NAME, 'name = "a,b"'), "a win's name must be letters"),
        (
            (NAME, 'name = "all-x"\non = { ref = "b" }\n[[win]]\nname = "x"'),
            "win.name all-x also reads as",
        ),
        ((NAME, 'name = "a"\non = { ref = "b" }\n[[win]]\nname = "A"'), "win.name a was given twice"),
        (("[pipeline]\n", '[project]\nname = "a/b"\n[pipeline]\n'), "project.name must be letters"),
        (("[pipeline]\n", '[project]\nname = "arc"\n[pipeline]\n'), "project.name must be none of arc"),
        (("[pipeline]\n", '[project]\nnmae = "a"\n[pipeline]\n'), "project.nmae is not a field"),
        (("[pipeline]\n", "[machine]\n[pipeline]\n"), "machine must be one table or more"),
        (("[pipeline]\n", "[target]\nseconds = [9, 8]\n[pipeline]\n"), "target.seconds must be a range"),
        (("[pipeline]\n", "[pipeline\n"), "not TOML"),
    ],
)
def test_what_can_not_be_is_said_in_one_sentence(change: tuple[str, str], sentence: str) -> None:
    old, new = change
    assert old in LEAST
    with pytest.raises(PlanProblem) as problem:
        read(LEAST.replace(old, new, 1))
    assert str(problem.value).startswith("mine.toml: ")
    assert sentence in str(problem.value)
    assert "\n" not in str(problem.value)


@given(st.text(string.printable, max_size=200))
def test_any_text_is_a_project_or_one_sentence(text: str) -> None:
    try:
        assert isinstance(read(LEAST + text), ProjectFile)
    except PlanProblem as problem:
        assert str(problem).startswith("mine.toml: ")


@pytest.mark.parametrize("count", [1, 2, 3, 7, 12])
def test_there_may_be_any_number_of_wins_in_the_order_of_the_file(count: int) -> None:
    wins = "".join(f'[[win]]\nname = "w{number}"\non = {{ ref = "b" }}\n' for number in range(count, 0, -1))
    found = read(f'[pipeline]\ncommand = "a"\n{wins}').plan
    assert [win.name for win in found.wins] == [f"w{number}" for number in range(count, 0, -1)]
    assert [win.number for win in found.wins] == list(range(1, count + 1))


def test_the_nearest_file_upward_is_found(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(LEAST)
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find_file(deep) == (tmp_path / FILE).resolve()
    (tmp_path / "a" / FILE).write_text(LEAST)
    assert find_file(deep) == (tmp_path / "a" / FILE).resolve()


def test_a_folder_gives_the_project_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "my übung (2)"
    folder.mkdir()
    (folder / FILE).write_text(LEAST)
    assert load_project(folder / FILE, {}).name == "my-übung-2"


def test_a_file_that_can_not_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(PlanProblem, match=r"can not be read .*--project or QUICKWIN_PROJECT names it"):
        load_project(tmp_path / "none.toml", {})
    (tmp_path / FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(PlanProblem, match="not UTF-8 text at byte 0"):
        load_project(tmp_path / FILE, {})
