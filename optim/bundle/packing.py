"""Picks out of the product's own files what a bundle needs, definition by definition, and makes it run on Python 3.9.

Whatever a wanted definition names is wanted too, through all modules; annotations are not followed, since nothing
evaluates them. So what needs a package (numpy in the statistics) stays behind, as long as nobody calls it there. The
text stays as it is written, but for imports, ``isinstance(x, A | B)`` and ``zip(strict=...)``, which ``compat`` covers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

ROOTS = ("optim", "profiles")
COMPAT = "optim.bundle.compat"
#: What stands for a name of the standard library that Python 3.9 lacks.
_NEWER = {("dataclasses", "dataclass"), ("datetime", "UTC")}
#: Modules that no bundle holds: what asks for them is not asked there.
LEFT_OUT = ("optim.pipelines.external.log_time",)

_ZIP = "_compat"
#: Text without any of these needs no edit.
_EDITED = (b"import", b"isinstance", b"zip")

Edit = tuple[int, int, bytes]


@dataclass(kw_only=True)
class _Module:
    """One file: its top-level statements, what each defines, and what of it is wanted so far."""

    name: str
    path: Path
    wanted: set[int] = field(default_factory=set)
    imported: set[tuple[int, str]] = field(default_factory=set)

    @cached_property
    def source(self) -> bytes:
        return self.path.read_bytes()

    @cached_property
    def statements(self) -> list[ast.stmt]:
        return ast.parse(self.source).body

    @cached_property
    def places(self) -> dict[str, int]:
        """The statement that defines a name, by number; the last one where several do."""
        return {name: at for at, statement in enumerate(self.statements) for name in _defines(statement)}

    @cached_property
    def is_annotated_late(self) -> bool:
        """Whether its annotations are texts, which nothing evaluates."""
        return any(
            isinstance(statement, ast.ImportFrom) and statement.module == "__future__" for statement in self.statements
        )

    @cached_property
    def lines(self) -> list[bytes]:
        """With their ends."""
        return self.source.splitlines(keepends=True)

    @cached_property
    def line_starts(self) -> list[int]:
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line))
        return starts

    def offset(self, line: int, column: int) -> int:
        return self.line_starts[line - 1] + column


def pack(root: Path, entry: str, prefix: str) -> dict[str, str]:
    """The text of each module that ``entry`` needs, by its name below ``prefix``.

    Args:
        root: the folder that holds the product.
        entry: the module all of which is wanted.
    """
    packing = _Packing(root)
    packing.want_all(entry)
    texts = {f"{prefix}.{name}": _text(module, prefix) for name, module in packing.modules.items()}
    parents = {name.rpartition(".")[0] for name in texts}
    while grown := {name.rpartition(".")[0] for name in parents} - parents - {""}:
        parents |= grown
    return dict(sorted({**dict.fromkeys(parents - {""}, ""), **texts}.items()))


class _Packing:
    """What is wanted so far."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.modules: dict[str, _Module] = {}

    def want_all(self, name: str) -> None:
        """Everything of a module."""
        module = self._module(name)
        for at in range(len(module.statements)):
            self._want(module, at)
        for name in _exported(module):
            self._want_name(module, name)

    def _module(self, name: str) -> _Module:
        if name not in self.modules:
            path = self._path(name)
            if path is None:
                raise LookupError(f"no module is called {name}")
            self.modules[name] = _Module(name=name, path=path)
        return self.modules[name]

    def _path(self, name: str) -> Path | None:
        base = self._root.joinpath(*name.split("."))
        return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)

    def _want(self, module: _Module, at: int) -> None:
        statement = module.statements[at]
        if at in module.wanted or isinstance(statement, ast.Import | ast.ImportFrom):
            return
        module.wanted.add(at)
        for node in _followed(statement, module.is_annotated_late):
            if isinstance(node, ast.Name) and node.id in module.places:
                self._want_name(module, node.id)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    self._want_from(node, alias.name)
            elif _is_strict_zip(node):
                self._want_name(self._module(COMPAT), "strict_zip")

    def _want_name(self, module: _Module, name: str) -> None:
        at = module.places[name]
        statement = module.statements[at]
        if isinstance(statement, ast.Import | ast.ImportFrom):
            module.imported.add((at, name))
            if isinstance(statement, ast.ImportFrom):
                alias = next(imported for imported in statement.names if (imported.asname or imported.name) == name)
                self._want_from(statement, alias.name)
            return
        self._want(module, at)

    def _want_from(self, statement: ast.ImportFrom, name: str) -> None:
        source = statement.module or ""
        if (source, name) in _NEWER:
            self._want_name(self._module(COMPAT), name)
        if source.split(".")[0] not in ROOTS or source in LEFT_OUT:
            return
        if self._path(f"{source}.{name}") is not None:
            self.want_all(f"{source}.{name}")
        else:
            self._want_name(self._module(source), name)


def _exported(module: _Module) -> list[str]:
    """The names in ``__all__``."""
    at = module.places.get("__all__")
    statement = None if at is None else module.statements[at]
    return list(ast.literal_eval(statement.value)) if isinstance(statement, ast.Assign) else []


def _defines(statement: ast.stmt) -> Iterator[str]:
    """The names that a top-level statement gives to its module."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.split(".")[0] for alias in statement.names)
    elif not _is_for_checkers(statement):
        yield from (
            node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        )


def _is_for_checkers(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test)


def _followed(statement: ast.AST, is_annotated_late: bool) -> Iterator[ast.AST]:
    """The nodes of a statement, without those of annotations where nothing evaluates them."""
    waiting = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        for name in node._fields:
            if is_annotated_late and name in ("annotation", "returns"):
                continue
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                waiting.append(value)
            elif isinstance(value, list):
                waiting += [part for part in value if isinstance(part, ast.AST)]


def _text(module: _Module, prefix: str) -> str:
    """The wanted part of a module: its docstring, imports, and statements in their order."""
    parts: list[bytes] = []
    for at, statement in enumerate(module.statements):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            names = [
                alias for alias in statement.names if (at, alias.asname or alias.name.split(".")[0]) in module.imported
            ]
            if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
                names = statement.names
            parts += _import_lines(statement, names, prefix)
        elif at in module.wanted or (at == 0 and _is_text(statement)):
            parts.append(_segment(module, at, prefix))
    if any(_ZIP.encode() in part for part in parts):
        last = max(at for at, part in enumerate(parts) if part.startswith((b"from ", b"import ")))
        parts.insert(last + 1, f"from {prefix}.{COMPAT.rpartition('.')[0]} import compat as {_ZIP}".encode())
    return b"\n".join(parts).decode() + "\n"


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _import_lines(statement: ast.Import | ast.ImportFrom, names: list[ast.alias], prefix: str) -> list[bytes]:
    lines = []
    for alias in names:
        renamed = f" as {alias.asname}" if alias.asname else ""
        if isinstance(statement, ast.Import):
            lines.append(f"import {alias.name}{renamed}")
        else:
            source = COMPAT if (statement.module, alias.name) in _NEWER else statement.module or ""
            below = f"{prefix}." if source.split(".")[0] in ROOTS else ""
            lines.append(f"from {below}{source} import {alias.name}{renamed}")
    return [line.encode() for line in lines]


def _segment(module: _Module, at: int, prefix: str) -> bytes:
    """The text of a statement with its decorators and the comments right above it, and with what is replaced."""
    statement = module.statements[at]
    first = min([statement.lineno, *(decorator.lineno for decorator in getattr(statement, "decorator_list", ()))])
    while first > 1 and module.lines[first - 2].startswith(b"#"):
        first -= 1
    start, end = module.line_starts[first - 1], module.offset(statement.end_lineno or 0, statement.end_col_offset or 0)
    rest_of_line = module.source[end : module.source.find(b"\n", end)]
    if rest_of_line.strip().startswith(b"#"):
        end += len(rest_of_line)
    text = module.source[start:end]
    edits = _edits(module, statement, prefix) if any(word in text for word in _EDITED) else ()
    for begin, stop, new in sorted(edits, reverse=True):
        text = text[: begin - start] + new + text[stop - start :]
    blank = b"\n\n" if isinstance(statement, ast.FunctionDef | ast.ClassDef) else b""
    return blank + text


def _edits(module: _Module, statement: ast.stmt, prefix: str) -> Iterator[Edit]:
    for node in ast.walk(statement):
        if isinstance(node, ast.ImportFrom):
            yield from _lazy_import(module, node, prefix)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "isinstance" and isinstance(node.args[1], ast.BinOp):
                kinds = ", ".join(_kinds(node.args[1]))
                yield (*_span(module, node.args[1]), f"({kinds})".encode())
            elif _is_strict_zip(node):
                yield (*_span(module, node.func), f"{_ZIP}.strict_zip".encode())


def _is_strict_zip(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "zip"
        and any(keyword.arg == "strict" for keyword in node.keywords)
    )


def _lazy_import(module: _Module, node: ast.ImportFrom, prefix: str) -> Iterable[Edit]:
    if (node.module or "").split(".")[0] in ROOTS:
        names = ", ".join(f"{name.name} as {name.asname}" if name.asname else name.name for name in node.names)
        yield (*_span(module, node), f"from {prefix}.{node.module} import {names}".encode())


def _kinds(node: ast.expr) -> Iterator[str]:
    """The types in ``A | B | None``."""
    if isinstance(node, ast.BinOp):
        yield from _kinds(node.left)
        yield from _kinds(node.right)
    else:
        text = ast.unparse(node)
        yield "type(None)" if text == "None" else text


def _span(module: _Module, node: ast.expr | ast.stmt) -> tuple[int, int]:
    assert node.end_lineno is not None and node.end_col_offset is not None
    return module.offset(node.lineno, node.col_offset), module.offset(node.end_lineno, node.end_col_offset)
