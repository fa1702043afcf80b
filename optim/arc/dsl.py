"""The DSL: a module of pure functions and constants, loaded from its file.

By default the ARC DSL (160 functions) that ``reasoning-gym`` ships, loaded without importing the rest of that package,
which takes over a second; or a file of the user's own in the arc-dsl form, whose constants may come from modules
beside it.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from optim.arc.tasks import package_file

Value = Any
Function = Callable[..., Value]


class DslProblem(ValueError):
    """A DSL or solver file can not be used."""


@dataclass(frozen=True, slots=True)
class DslFiles:
    """Where the DSL and the solver programs are."""

    dsl: Path
    solvers: Path

    @property
    def fingerprint(self) -> str:
        """Hash of the contents of the DSL, the solvers and the Python modules beside them that they import."""
        files = [self.dsl, self.solvers, *_modules_beside(self.dsl), *_modules_beside(self.solvers)]
        digest = hashlib.sha256()
        for path in dict.fromkeys(files):
            digest.update(hashlib.sha256(_read(path).encode()).digest())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Dsl:
    """A loaded DSL: functions and constants by name, the arity of each function, the files that it came from."""

    functions: Mapping[str, Function]
    constants: Mapping[str, Value]
    arity: Mapping[str, int]
    modules: tuple[Path, ...] = ()

    @property
    def names(self) -> dict[str, Value]:
        """All names that a program may use, but its input."""
        return {**self.constants, **self.functions}

    def namespace(self) -> dict[str, Any]:
        """Globals for compiled solvers: the DSL's names and no builtins."""
        return {"__builtins__": {}, **self.names}


def default_files() -> DslFiles:
    """The DSL and the 400 programs of ``reasoning-gym``."""
    folder = package_file("reasoning_gym", "arc", "rearc_utils", "dsl.py").parent
    return DslFiles(folder / "dsl.py", folder / "verifiers.py")


def own_files(dsl: Path | None, solvers: Path | None) -> DslFiles:
    """The user's own files, or the default for what is None.

    Raises:
        DslProblem: only one of the two is given, or a file is not there.
    """
    if dsl is None and solvers is None:
        return default_files()
    if dsl is None or solvers is None:
        raise DslProblem(
            "--dsl and --solvers go together: programs mean nothing without the DSL that they are written in"
        )
    for path in (dsl, solvers):
        if not path.is_file():
            raise DslProblem(f"{path} is no file; --dsl and --solvers take Python files in the arc-dsl form")
    return DslFiles(dsl.resolve(), solvers.resolve())


def load_dsl(files: DslFiles) -> Dsl:
    """Runs the DSL's module and those that the solvers take their constants from.

    Raises:
        DslProblem: a module does not import, or holds no function.
    """
    module = _run_module(files.dsl)
    functions = {name: value for name, value in vars(module).items() if _is_own_function(name, value, module)}
    if not functions:
        raise DslProblem(f"{files.dsl} holds no function; a DSL is a module of functions")
    paths = [path for path in _modules_beside(files.solvers) if path != files.dsl]
    beside = [_run_module(path) for path in paths]
    constants = {
        name: value for part in (module, *beside) for name, value in vars(part).items() if _is_constant(name, value)
    }
    arity = {name: function.__code__.co_argcount for name, function in functions.items()}
    return Dsl(functions, constants, arity, (*paths, files.dsl))


def _is_own_function(name: str, value: object, module: ModuleType) -> bool:
    return isinstance(value, FunctionType) and value.__module__ == module.__name__ and not name.startswith("_")


def _is_constant(name: str, value: object) -> bool:
    return not name.startswith("_") and (type(value) in (int, bool) or (type(value) is tuple and _is_numbers(value)))


def _is_numbers(value: Any) -> bool:
    return all(type(part) is int for part in value)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise DslProblem(f"{path.name} can not be read: {error}") from error


def _run_module(path: Path) -> ModuleType:
    name = f"quickwin_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise DslProblem(f"{path.name} is no Python file; --dsl and --solvers take modules in the arc-dsl form")
    module = importlib.util.module_from_spec(spec)
    try:
        with _importable(path.parent):
            spec.loader.exec_module(module)
    except Exception as error:
        raise DslProblem(f"{path.name} does not import: {type(error).__name__}: {error}") from error
    return module


@contextlib.contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """The modules beside a DSL can be imported while it is loaded, and no longer."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _modules_beside(path: Path) -> list[Path]:
    """The files in the same folder that a module imports from, directly or through one another."""
    found: list[Path] = []
    queue = [path]
    while queue:
        for name in _imported(queue.pop()):
            beside = path.parent / f"{name}.py"
            if beside.is_file() and beside not in found and beside != path:
                found.append(beside)
                queue.append(beside)
    return found


def _imported(path: Path) -> list[str]:
    # Only the head of the file: solver files are long, and their imports stand on top.
    text = _read(path)
    head = text[: text.find("\ndef ")] if "\ndef " in text else text
    try:
        statements = ast.parse(head).body
    except SyntaxError as error:
        raise DslProblem(f"{path.name} does not import: {error}") from error
    names = [one.module or "" for one in statements if isinstance(one, ast.ImportFrom)]
    return names + [alias.name for one in statements if isinstance(one, ast.Import) for alias in one.names]
