"""Solver programs: straight-line functions over a DSL, read from a file as text and never run from there.

A program is its statements' source lines, ``x1 = f(I)`` or ``x2 = (x0, x1)``, and the name it returns.
"""

from __future__ import annotations

import ast
import itertools
import re
from dataclasses import dataclass

_HEAD = re.compile(r"^def (?:solve|verify)_(\w+)\(\s*(\w+)[^)]*\)[^:\n]*:[ \t]*\n", re.MULTILINE)
_CALL = re.compile(r"(\w+) = (\w*)\(([\w, -]*)\)")
_RETURN = re.compile(r"return (\w+)")


class ProgramProblem(ValueError):
    """A program is not straight-line code over a DSL."""


@dataclass(frozen=True, slots=True)
class Statement:
    """``target = function(arguments)``; a tuple display has the empty function name."""

    target: str
    function: str
    arguments: tuple[str, ...]

    @property
    def source(self) -> str:
        comma = "," if not self.function and len(self.arguments) == 1 else ""
        return f"{self.target} = {self.function}({', '.join(self.arguments)}{comma})"


@dataclass(frozen=True, slots=True)
class Program:
    """A program of the library: for which task, its statements in order, the name that it returns."""

    task_id: str
    statements: tuple[Statement, ...]
    result: str

    @property
    def source(self) -> str:
        return program_source([statement.source for statement in self.statements], self.result)


def program_source(lines: list[str], result: str) -> str:
    """The source of a candidate: one statement a line, then ``return NAME``."""
    return "\n".join([*lines, f"return {result}"])


def parse_statement(line: str) -> Statement:
    """A statement from its line.

    Raises:
        ProgramProblem: the line is not ``name = function(names)``.
    """
    match = _CALL.fullmatch(line)
    if match is None:
        raise ProgramProblem(f"not a straight-line statement: {line[:80]!r}")
    target, function, arguments = match.groups()
    return Statement(target, function, tuple(part.strip() for part in arguments.split(",") if part.strip()))


def returned_name(line: str) -> str:
    """The name in a program's last line.

    Raises:
        ProgramProblem: the line is not ``return NAME``.
    """
    match = _RETURN.fullmatch(line)
    if match is None:
        raise ProgramProblem("it does not end with 'return NAME'")
    return match[1]


def read_library(text: str) -> tuple[dict[str, Program], list[str]]:
    """All programs ``solve_<task id>`` or ``verify_<task id>`` of a file, and a sentence for each that was skipped."""
    programs, skipped = {}, []
    heads = list(_HEAD.finditer(text))
    for head, following in itertools.zip_longest(heads, heads[1:]):
        body = text[head.end() : following.start() if following else len(text)]
        try:
            programs[head[1]] = _read_program(head[1], head[2], body)
        except (ProgramProblem, SyntaxError) as problem:
            skipped.append(f"program {head[1]} was skipped: {problem}")
    return programs, skipped


def _read_program(task_id: str, parameter: str, body: str) -> Program:
    lines = [line.strip() for line in body.splitlines() if line.startswith((" ", "\t")) and line.strip()]
    try:
        return _from_lines(task_id, parameter, lines)
    except ProgramProblem:
        return _from_lines(task_id, parameter, _normal_lines(lines, body))


def _from_lines(task_id: str, parameter: str, lines: list[str]) -> Program:
    returned = returned_name(lines[-1] if lines else "")
    statements = tuple(parse_statement(line) for line in lines[:-1])
    if parameter != "I":
        statements = tuple(_renamed(statement, parameter) for statement in statements)
    return Program(task_id, statements, "I" if returned == parameter else returned)


def _renamed(statement: Statement, parameter: str) -> Statement:
    arguments = tuple("I" if name == parameter else name for name in statement.arguments)
    return Statement(statement.target, statement.function, arguments)


def _normal_lines(lines: list[str], body: str) -> list[str]:
    """The statements of a body as single lines in one form: comments, line breaks and nested calls resolved."""
    indented = "".join(line for line in body.splitlines(keepends=True) if line.startswith((" ", "\t", "\n", ")")))
    function = ast.parse("def program(I):\n" + indented).body[0]
    assert isinstance(function, ast.FunctionDef)
    flat: list[str] = []
    for statement in function.body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        flat.extend(_flat_statement(statement, len(flat)))
    return flat


def _flat_statement(statement: ast.stmt, number: int) -> list[str]:
    before: list[str] = []
    if isinstance(statement, ast.Return) and statement.value is not None:
        name = _flat(statement.value, before, number)
        return [*before, f"return {name}"]
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        value = _flat_call(statement.value, before, number)
        return [*before, f"{statement.targets[0].id} = {value}"]
    raise ProgramProblem(f"not a straight-line statement: {ast.unparse(statement)[:80]!r}")


def _flat(value: ast.expr, before: list[str], number: int) -> str:
    if isinstance(value, ast.Name):
        return value.id
    if isinstance(value, ast.Constant | ast.UnaryOp):
        return ast.unparse(value)
    call = _flat_call(value, before, number)
    before.append(f"_t{number}_{len(before)} = {call}")
    return f"_t{number}_{len(before) - 1}"


def _flat_call(value: ast.expr, before: list[str], number: int) -> str:
    if isinstance(value, ast.Tuple):
        return f"({', '.join(_flat(part, before, number) for part in value.elts)})"
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and not value.keywords:
        return f"{value.func.id}({', '.join(_flat(part, before, number) for part in value.args)})"
    raise ProgramProblem(f"not a call of a DSL function: {ast.unparse(value)[:80]!r}")


def inlined_size(program: Program) -> int:
    """Names in the program's result when every variable is replaced by its expression."""
    sizes: dict[str, int] = {}
    for statement in program.statements:
        parts = (statement.function, *statement.arguments)
        sizes[statement.target] = sum(sizes.get(name, 1) for name in parts)
    return sizes.get(program.result, 1)
