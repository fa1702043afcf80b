"""The house: which way imports point, and that nothing in it is unfinished."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from pathlib import Path

import pytest

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


def files() -> list[Path]:
    found = [path for layer in LAYERS[:-1] for path in sorted((ROOT / layer).rglob("*.py"))]
    return [*found, ROOT / "app.py"]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def imports(path: Path) -> frozenset[str]:
    """The modules that a file imports when it runs; what only a type checker sees does not count."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = [ast.Pass()]
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    found |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return frozenset(found)


@pytest.mark.parametrize("path", files(), ids=relative)
def test_imports_point_one_way(path: Path) -> None:
    layer = relative(path).split("/")[0].removesuffix(".py")
    own = {name.split(".")[0] for name in imports(path)} & set(LAYERS)
    allowed = ENTRY.get(relative(path), ALLOWED[layer])
    assert own <= allowed, f"{relative(path)} imports {own - allowed}"


@pytest.mark.parametrize("path", sorted((ROOT / "optim").rglob("*.py")), ids=relative)
def test_the_rooms_of_optim_know_only_those_below_them(path: Path) -> None:
    room = relative(path).split("/")[1]
    own = {name.split(".")[1] for name in imports(path) if name.startswith("optim.")} - {room}
    assert room not in ROOMS or own <= ROOMS[room], f"{relative(path)} imports {own - ROOMS[room]}"


@pytest.mark.parametrize("path", files(), ids=relative)
def test_a_library_is_imported_only_where_it_belongs(path: Path) -> None:
    for library, owners in OWNERS.items():
        if library in {name.split(".")[0] for name in imports(path)}:
            assert relative(path).startswith(owners), f"{relative(path)} imports {library}"


def test_the_recorder_needs_the_standard_library_only() -> None:
    names = {name.split(".")[0] for name in imports(ROOT / "profiles/recorder.py")}
    assert names <= sys.stdlib_module_names | {"__future__"}


@pytest.mark.parametrize("path", files(), ids=relative)
def test_each_module_says_what_it_is(path: Path) -> None:
    if path.read_text().strip():
        assert ast.get_docstring(ast.parse(path.read_text())), f"{relative(path)} has no docstring"


@pytest.mark.parametrize("path", files(), ids=relative)
def test_everything_public_is_documented(path: Path) -> None:
    if "migrations/versions" in relative(path):
        return
    nodes = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    bare = {node.name for node in nodes if not node.name.startswith("_") and not ast.get_docstring(node)} - FAMILY
    assert not bare, f"{relative(path)}: {', '.join(bare)} without docstring"


@pytest.mark.parametrize("path", files(), ids=relative)
def test_nothing_is_left_open(path: Path) -> None:
    assert not re.search(
        r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError|unsafe_allow_html=True|pickle\.load", path.read_text()
    )


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
