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
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from optim.arc.tasks import package_file

Value = Any
Function = Callable[..., Value]


_LRU = type(lru_cache(maxsize=1)(lambda: None))


class DslProblem(ValueError):
    """A DSL or solver file can not be used."""


@dataclass(frozen=True, slots=True)
class DslFiles:
    """Where the DSL and the solver programs are."""

    dsl: Path
    solvers: Path

    def fingerprint(self, read: Iterable[Path] = ()) -> str:
        """Hash of the contents of DSL and solvers, of the modules beside them that they import, and of what was read.

        ``read`` are the files that loading them really read (``Dsl.read``, or ``optim.arc.reading``). Files that the
        DSL only names, in an import anywhere or as a text, count too: it may read them when it is called.
        """
        files = [self.dsl, self.solvers, *_modules_beside(self.dsl), *_modules_beside(self.solvers)]
        digest = hashlib.sha256()
        for path in dict.fromkeys(files):
            digest.update(hashlib.sha256(_read(path).encode()).digest())
        for name, path in sorted(self._more(files, read).items()):
            digest.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(_bytes(path)).digest())
        return digest.hexdigest()

    def _more(self, files: list[Path], read: Iterable[Path]) -> dict[str, Path]:
        """The files besides, by their names as seen from the DSL's folder."""
        named = () if self.is_default else _named_below(self.dsl)
        return {os.path.relpath(path, self.dsl.parent): path for path in {*read, *named}.difference(files)}

    @property
    def is_default(self) -> bool:
        """Whether these are the files that come with the package."""
        return "site-packages" in self.dsl.parts


@dataclass(frozen=True, slots=True)
class Dsl:
    """A loaded DSL: functions and constants by name, the arity of each function, the files that it came from.

    ``read`` are the files below the folders of DSL and solvers that were opened while it was loaded.
    """

    functions: Mapping[str, Function]
    constants: Mapping[str, Value]
    arity: Mapping[str, int]
    modules: tuple[Path, ...] = ()
    read: tuple[Path, ...] = ()

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
    paths = [path for path in _modules_beside(files.solvers) if path != files.dsl]
    with reading_below(files.dsl.parent, files.solvers.parent) as read:
        module = _run_module(files.dsl)
        beside = [_run_module(path) for path in paths]
    functions = {name: _plain(value) for name, value in vars(module).items() if _is_own_function(name, value, module)}
    if not functions:
        raise DslProblem(f"{files.dsl} holds no function; a DSL is a module of functions")
    constants = {
        name: value for part in (module, *beside) for name, value in vars(part).items() if _is_constant(name, value)
    }
    arity = {name: function.__code__.co_argcount for name, function in functions.items()}
    return Dsl(functions, constants, arity, (*paths, files.dsl), tuple(sorted(read)))


def _is_own_function(name: str, value: object, module: ModuleType) -> bool:
    function = _plain(value)
    return isinstance(function, FunctionType) and function.__module__ == module.__name__ and not name.startswith("_")


def _plain(value: Any) -> Any:
    """A function itself where ``functools.lru_cache`` wraps it: what it remembers depends on the order of calls."""
    return value.__wrapped__ if isinstance(value, _LRU) else value


def _is_constant(name: str, value: object) -> bool:
    return not name.startswith("_") and (type(value) in (int, bool) or (type(value) is tuple and _is_numbers(value)))


def _is_numbers(value: Any) -> bool:
    return all(type(part) is int for part in value)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise DslProblem(f"{path.name} can not be read: {error}") from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
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
    """The modules beside a DSL can be imported while it is loaded, and no longer: another DSL may have such ones."""
    known = set(sys.modules)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - known:
            file = getattr(sys.modules[name], "__file__", None) or ""
            if Path(file).is_relative_to(folder) and "site-packages" not in file:
                del sys.modules[name]


class _Reading:
    """The one audit hook of this process: it can not be taken away, so it is made once and mostly does nothing."""

    def __init__(self) -> None:
        self.opened: set[str] | None = None
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.opened is not None and event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            self.opened.add(os.path.abspath(os.fsdecode(arguments[0])))


@cache
def _reading() -> _Reading:
    return _Reading()


@contextlib.contextmanager
def reading_below(*folders: Path) -> Iterator[set[Path]]:
    """Fills a set with the files below ``folders`` that are opened within; a module's bytecode counts as its source."""
    reading, files = _reading(), set[Path]()
    reading.opened = set()
    try:
        yield files
    finally:
        opened, reading.opened = reading.opened, None
        sources = {Path(_source(name)) for name in opened}
        files |= {path for path in sources if _is_below(path, folders) and path.is_file()}


def _source(name: str) -> str:
    with contextlib.suppress(ValueError):
        return importlib.util.source_from_cache(name) if name.endswith(".pyc") else name.partition(".pyc.")[0]
    return name


def _is_below(path: Path, folders: tuple[Path, ...]) -> bool:
    return "__pycache__" not in path.parts and any(path.is_relative_to(folder) for folder in folders)


def _modules_beside(path: Path) -> list[Path]:
    """The files in the same folder that a module imports from, directly or through one another."""
    files: list[Path] = []
    queue = [path]
    while queue:
        for name in _imported(queue.pop()):
            beside = path.parent / f"{name}.py"
            if beside.is_file() and beside not in files and beside != path:
                files.append(beside)
                queue.append(beside)
    return files


def _imported(path: Path) -> list[str]:
    # Only the head of the file: solver files are long, and their imports stand on top.
    text = _read(path)
    head = text[: text.find("\ndef ")] if "\ndef " in text else text
    try:
        statements = ast.parse(head).body
    except SyntaxError as error:
        raise DslProblem(f"{path.name} does not import: {error}") from error
    names = [statement.module or "" for statement in statements if isinstance(statement, ast.ImportFrom)]
    return names + [
        alias.name for statement in statements if isinstance(statement, ast.Import) for alias in statement.names
    ]


def _named_below(path: Path) -> list[Path]:
    """The files below a module's folder that it names: in imports wherever they stand, and as texts."""
    try:
        nodes = list(ast.walk(ast.parse(_read(path))))
    except SyntaxError:
        return []
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    modules += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names = [form.format(name.replace(".", "/")) for name in modules for form in ("{}.py", "{}/__init__.py")]
    places = [path.parent / name for name in (*names, *(text for text in texts if _may_be_file(text)))]
    return [place for place in places if place.is_file() and place.resolve().is_relative_to(path.parent)]


def _may_be_file(text: str) -> bool:
    return 0 < len(text) < 200 and text.isprintable() and not text.startswith("/")
