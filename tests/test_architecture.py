"""The house: which way imports point, and that nothing in it is unfinished."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("profiles", "optim", "db", "services", "views", "cli", "app")
ALLOWED = {
    "profiles": {"profiles"},
    "optim": {"optim", "profiles"},
    "db": {"db", "profiles"},
    "services": {"services", "optim", "db", "profiles"},
    "views": {"views", "services", "optim", "db", "profiles"},
    "cli": {"cli", "services", "optim", "db", "profiles"},
    "app": {"views"},
}
#: The rooms of ``optim`` and which of the others each may know.
ROOMS = {
    "project": set[str](),
    "pipelines": {"project"},
    "evidence": {"project"},
    "arc": {"project", "pipelines"},
    "plan": {"project", "evidence"},
    "bundle": {"project", "pipelines", "evidence"},
}
#: The entry point of the command line knows its face and nothing else.
ENTRY = {"optim/__main__.py": {"cli", "profiles"}}
#: What members of families have in common is documented where the family is.
FAMILY = {"recognize", "parse", "render"}
OWNERS = {
    "streamlit": ("views/", "app.py"),
    "plotly": ("views/charts/",),
    "sqlalchemy": ("db/",),
    "alembic": ("db/",),
    "click": ("cli/",),
}


@cache
def files() -> dict[str, str]:
    """The text of each module, by its path from the root."""
    found = [path for layer in LAYERS[:-1] for path in sorted((ROOT / layer).rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in (*found, ROOT / "app.py")}


@cache
def tree(path: str) -> ast.Module:
    return ast.parse(files()[path])


@cache
def imports(path: str) -> frozenset[str]:
    """The modules that a file imports when it runs; what only a type checker sees does not count."""
    nodes = list(ast.walk(tree(path)))
    conditions = [node for node in nodes if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    unseen = {id(below) for condition in conditions for node in condition.body for below in ast.walk(node)}
    running = [node for node in nodes if id(node) not in unseen]
    found = {alias.name for node in running if isinstance(node, ast.Import) for alias in node.names}
    return frozenset(found | {node.module for node in running if isinstance(node, ast.ImportFrom) and node.module})


def test_imports_point_one_way() -> None:
    for path in files():
        own = {name.split(".")[0] for name in imports(path)} & set(LAYERS)
        assert own <= ENTRY.get(path, ALLOWED[path.split("/")[0].removesuffix(".py")]), path


def test_the_rooms_of_optim_know_only_those_below_them() -> None:
    for path in files():
        layer, room, *_ = [*path.split("/"), ""]
        if layer == "optim" and room in ROOMS:
            own = {name.split(".")[1] for name in imports(path) if name.startswith("optim.")} - {room}
            assert own <= ROOMS[room], path


def test_a_library_is_imported_only_where_it_belongs() -> None:
    for path in files():
        for library in {name.split(".")[0] for name in imports(path)} & set(OWNERS):
            assert path.startswith(OWNERS[library]), f"{path} imports {library}"


def test_the_recorder_needs_the_standard_library_only() -> None:
    names = {name.split(".")[0] for name in imports("profiles/recorder.py")}
    assert names <= sys.stdlib_module_names | {"__future__"}


def test_each_module_says_what_it_is() -> None:
    assert [path for path, text in files().items() if text.strip() and not ast.get_docstring(tree(path))] == []


def test_everything_public_is_documented() -> None:
    for path in files():
        nodes = [node for node in tree(path).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        bare = {node.name for node in nodes if not node.name.startswith("_") and not ast.get_docstring(node)} - FAMILY
        assert not bare or "migrations/versions" in path, f"{path}: {', '.join(bare)} without docstring"


def test_nothing_is_left_open() -> None:
    open_ends = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError|unsafe_allow_html=True|pickle\.load")
    assert [(path, line) for path, text in files().items() for line in open_ends.findall(text)] == []


def test_the_requirements_are_pinned_exactly() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith(("#", "-r"))]
        assert all(re.fullmatch(r"[a-z0-9\[\]_.-]+==[\w.]+", line) for line in lines), name


def test_every_package_that_is_imported_is_required() -> None:
    required = (ROOT / "requirements.txt").read_text()
    known = {"markdown_it": "markdown-it-py", "psycopg": "psycopg", "yaml": "pyyaml"}
    third = {name.split(".")[0] for path in files() for name in imports(path)} - set(LAYERS) - sys.stdlib_module_names
    missing = {name for name in third - {"distributed"} if known.get(name, name) not in required}
    assert not missing
