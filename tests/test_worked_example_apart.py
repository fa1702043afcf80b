"""The worked example is data: its figures and its words stand in its own folder, and nowhere else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("app.py", "cli", "db", "optim", "profiles", "services", "views")
#: The built-in pipeline itself; and what reads logs of the worked example's system, or runs it.
ITS_OWN = ("optim/arc/", "profiles/runlog/", "profiles/audit/", "profiles/importers/", "cli/demo.py")
FIGURES = re.compile(r"24\.8(?:13)?\b|\bPhase 4\b|\bPHASE4|\bfive wins\b|\ball five\b|\b13,?200\b|42\.5 ?s")
#: Options of the built-in pipeline say what they are of.
WORD = re.compile(r"\bARC\b")
ITS_OPTIONS = ("cli/_parameters.py", "cli/run.py", "services/workloads.py", "services/running.py")


def modules() -> list[Path]:
    found = [path for part in PARTS for path in (ROOT / part).rglob("*.py")]
    return sorted([*found, ROOT / "app.py"])


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def texts(path: Path) -> list[str]:
    """The texts of a module that a person may see: all but the documentation of code."""
    tree = ast.parse(path.read_text())
    shown = (ast.Module, ast.ClassDef, ast.FunctionDef)
    is_command = relative(path).startswith("cli/")
    about = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, shown) and node.body and isinstance(node.body[0], ast.Expr) and not is_command
    }
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in about)
    return [node.value for node in constants if isinstance(node.value, str)]


def test_no_text_that_is_shown_speaks_of_the_worked_example() -> None:
    for path in modules():
        name = relative(path)
        if not name.startswith(ITS_OWN):
            shown = texts(path)
            found = {match for text in shown for match in FIGURES.findall(text)}
            if name not in ITS_OPTIONS:
                found |= {match for text in shown for match in WORD.findall(text)}
            assert not found, f"{name} says {', '.join(sorted(found))}"
