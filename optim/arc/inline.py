"""Inlining: a straight-line program rewritten into one expression over its input ``I``.

``x1 = f(I); x2 = g(x1); return x2`` becomes ``g(f(I))``. A statement that the result does not need disappears. The text
is what ``ast.unparse`` prints, and the same whichever way it is made: by it a solver is compared, hashed and saved.
"""

from __future__ import annotations

import ast

#: A body of more names than this is refused: inlining can grow a program exponentially.
MAX_SIZE = 20_000
#: Python's parser refuses more than 200 nested parentheses.
MAX_DEPTH = 180


class InlineProblem(ValueError):
    """A program can not be inlined: its body would be too large or too deep, or it is no straight-line program."""


def check_limits(size: int, depth: int) -> None:
    """Holds a body to ``MAX_SIZE`` names and ``MAX_DEPTH`` nested calls.

    Raises:
        InlineProblem: it has more.
    """
    if size > MAX_SIZE:
        raise InlineProblem(f"its body would have {size} names, {MAX_SIZE} are allowed")
    if depth > MAX_DEPTH:
        raise InlineProblem(f"its body would be nested {depth} deep, {MAX_DEPTH} are allowed")


def inline_with_ast(source: str) -> str:
    """The body of a program by parsing it, replacing each variable by its expression, and unparsing.

    Raises:
        InlineProblem: see there.
    """
    try:
        statements = ast.parse(source.replace("return ", "_result = ")).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InlineProblem(f"it does not parse: {error}") from error
    known: dict[str, tuple[ast.expr, int, int]] = {}
    for statement in statements:
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            raise InlineProblem(f"not a straight-line statement: {ast.unparse(statement)[:80]!r}")
        known[statement.targets[0].id] = _replace(statement.value, known)
    body, size, depth = known["_result"]
    check_limits(size, depth)
    return ast.unparse(body)


def _replace(value: ast.expr, known: dict[str, tuple[ast.expr, int, int]]) -> tuple[ast.expr, int, int]:
    """The expression with variables replaced, its size in names and its depth in calls."""
    if isinstance(value, ast.Name):
        return known.get(value.id, (value, 1, 0))
    if isinstance(value, ast.Constant | ast.UnaryOp):
        return value, 1, 0
    parts = (
        [*value.args, value.func]
        if isinstance(value, ast.Call)
        else value.elts
        if isinstance(value, ast.Tuple)
        else None
    )
    if parts is None:
        raise InlineProblem(f"not a call of a DSL function: {ast.unparse(value)[:80]!r}")
    replaced = [_replace(part, known) for part in parts]
    size, depth = sum(part[1] for part in replaced), 1 + max((part[2] for part in replaced), default=0)
    nodes = [part[0] for part in replaced]
    if isinstance(value, ast.Call):
        return ast.Call(nodes[-1], nodes[:-1], []), size, depth
    return ast.Tuple(nodes, ast.Load()), size, depth
