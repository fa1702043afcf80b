"""Names: a win is named in its own file and its test alone, and variables bear the field's nouns."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from optim.arc.wins import all_wins
from tests.worked_example import FOURTH

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("app.py", "benchmarks", "cli", "db", "optim", "profiles", "services", "views")
#: The worked example's own file; what a database of version 1 holds; the floor is what one win's evaluator runs.
NAMED = {
    "optim/arc/quickwin.toml": set(all_wins()),
    "db/migrations/versions/0002_configs_are_sets.py": set(all_wins()),
    "benchmarks/floor.py": {FOURTH},
}
#: What says nothing of what it holds; "one" may stand in a pair, and a fraction's defining words are words.
VAGUE = {"found", "said", "words", "one"}
PAIRS = {"two", "other"}
TERMS = {"optim/evidence/factorial.py": {"words"}}


def modules(*parts: str, kinds: tuple[str, ...] = (".py",)) -> list[str]:
    files = [path for part in parts for path in (*(ROOT / part).rglob("*"), ROOT / part) if path.suffix in kinds]
    return sorted(path.relative_to(ROOT).as_posix() for path in files)


def named_in(path: str) -> set[str]:
    """The wins that a module names."""
    names = re.compile(rf"(?<![A-Za-z0-9_])({'|'.join(all_wins())})(?![A-Za-z0-9_])")
    return set(names.findall((ROOT / path).read_text()))


def test_a_win_is_named_in_its_own_file_and_its_test_alone() -> None:
    for path in modules(*PARTS, "tests", kinds=(".py", ".toml", ".mako")):
        own = {Path(path).stem.removeprefix("test_")} if "optim/arc/wins/" in path else set()
        assert named_in(path) <= own | NAMED.get(path, set()), path


def test_there_is_a_win_to_look_for_and_its_own_module_names_it() -> None:
    assert all_wins()
    assert all(name in named_in(f"optim/arc/wins/{name}.py") for name in all_wins())


def variables(tree: ast.AST) -> Iterator[tuple[str, set[str]]]:
    """Each variable and parameter of a module's functions, with all those of its function."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.Lambda):
            nodes = list(ast.walk(function))
            bound = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
            bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
            yield from ((name, bound) for name in bound)


def test_variables_bear_the_fields_nouns() -> None:
    for path in modules(*PARTS):
        vague = {
            name
            for name, bound in variables(ast.parse((ROOT / path).read_text()))
            if name in VAGUE - TERMS.get(path, set()) and not (name == "one" and bound & PAIRS)
        }
        assert not vague or "migrations/versions" in path, path
