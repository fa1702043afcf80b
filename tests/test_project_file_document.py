"""docs/project-file.md has every field that the code reads, no other, and its examples can be read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from optim.project.fields import PlanProblem
from optim.project.file import read_project

TEXT = (Path(__file__).resolve().parent.parent / "docs" / "project-file.md").read_text("utf-8")
LEAST = {"pipeline": 'command = "a {rows}"\nparameters = { rows = 1 }', "win": 'name = "w"\non = { ref = "b" }'}
#: A field that nothing has: the sentence that refuses it lists what there is.
WRONG = "no_such_field = 1"


def tables() -> dict[str, dict[str, tuple[str, str]]]:
    """Per heading of the document its fields, each with default and example."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for part in re.split(r"^#+ ", TEXT, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        rows = re.findall(r"^\| `(\w+)` \| (.*?) \| `(.*?)` \| ", body, flags=re.MULTILINE)
        if rows:
            found[head] = {name: (default, example) for name, default, example in rows}
    return found


TABLES = tables()
#: Heading: where a field stands in a file, around ``{}``.
PLACES = {
    "`[project]`": "[project]\n{}",
    "`[pipeline]`": "",
    "`answers`": "",
    "`caches`": "",
    "`[[win]]`": "",
    "`on`, `off`": "",
    "`[[machine]]`": '[[machine]]\nname = "m"\n{}',
    "`[reference]`": "[reference]\n{}",
    "`[origin]`": "[origin]\nseconds = 3\n{}",
    "`[baseline]`": "[baseline]\nseconds = 900\n{}",
    "`[target]`": "[target]\nseconds = [1, 2]\n{}",
}


def whole(heading: str, line: str) -> str:
    """A project file that holds ``line`` in the table of a heading."""
    pipeline, win, rest = LEAST["pipeline"], LEAST["win"], ""
    if heading == "`[pipeline]`":
        pipeline = merged(pipeline, line)
    elif heading in ("`answers`", "`caches`"):
        alone = heading == "`caches`" or line.startswith(("files", "stdout", "command"))
        pipeline += f"\n[pipeline.{heading.strip('`')}]\n{line}" + ("" if alone else "\nstdout = true")
    elif heading == "`[[win]]`":
        win = merged(win, line)
    elif heading == "`on`, `off`":
        win += f"\n[win.off]\n{line}"
    else:
        name = line.partition(" =")[0]
        rest = re.sub(rf"^{name} = .*\n", "", PLACES[heading].format("{}"), flags=re.MULTILINE).format(line)
    return f"[pipeline]\n{pipeline}\n[[win]]\n{win}\n{rest}\n"


def merged(lines: str, line: str) -> str:
    """The lines with one more, in place of one of the same name."""
    name = line.partition(" =")[0]
    rest = [one for one in lines.splitlines() if not one.startswith(f"{name} =")]
    if name == "built_in":
        rest = [one for one in rest if not one.startswith(("command", "parameters"))]
    return "\n".join([*rest, line])


def read(text: str) -> object:
    return read_project(text, "quickwin.toml", "folder", {"arc": {}})


def known_fields(heading: str) -> set[str]:
    """The fields that the code knows there, from its own sentence."""
    with pytest.raises(PlanProblem) as problem:
        read(whole(heading, WRONG))
    return set(str(problem.value).partition("known here: ")[2].split(", "))


def test_every_part_of_the_file_has_its_table() -> None:
    assert set(TABLES) == set(PLACES)


@pytest.mark.parametrize("heading", PLACES)
def test_the_document_has_the_fields_that_the_code_reads_and_no_other(heading: str) -> None:
    assert set(TABLES[heading]) == known_fields(heading)


EXAMPLES = [(heading, name, example) for heading, rows in TABLES.items() for name, (_, example) in rows.items()]


@pytest.mark.parametrize(("heading", "name", "example"), EXAMPLES)
def test_every_example_can_be_read(heading: str, name: str, example: str) -> None:
    if (heading, name) in (("`[[win]]`", "cache"), ("`[baseline]`", "cache"), ("`[pipeline]`", "built_in")):
        return  # these name something that stands elsewhere
    text = whole(heading, f"{name} = {example}")
    tomllib.loads(text)
    read(text)


def test_the_first_example_is_a_whole_project_file() -> None:
    [first] = re.findall(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)
    assert [win.name for win in read_project(first, "quickwin.toml", "folder", {}).plan.wins] == ["vectorize"]


def test_the_defaults_of_the_document_are_those_of_the_code() -> None:
    command = read_project(whole("`[project]`", ""), "quickwin.toml", "folder", {}).command
    assert command is not None
    defaults = TABLES["`[pipeline]`"]
    assert defaults["timeout_seconds"][0] == f"{command.timeout_seconds:g}"
    assert defaults["margin"][0] == f"{command.margin:g}"
