"""Which functions of a DSL are pure as far as their source tells: those whose results may be shared.

A function is taken as pure when everything it names is its own, a pure function or constant of the DSL, a harmless
builtin, or a module of the standard library that computes only. What it returns is checked when it is run.
"""

from __future__ import annotations

import builtins
import dis
from collections.abc import Iterable, Mapping
from itertools import chain
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

_IMPURE_BUILTINS = frozenset(
    {"open", "print", "input", "exec", "eval", "compile", "globals", "locals", "vars", "setattr", "delattr", "id"}
    | {"object", "memoryview", "__import__", "breakpoint", "help", "exit", "quit"}
)
_PURE_MODULES = frozenset(
    {"math", "cmath", "itertools", "functools", "collections", "operator", "statistics", "typing"}
)
#: ``iter`` is among them: what a function makes and uses up itself does no harm.
_HARMLESS = frozenset(dir(builtins)) - _IMPURE_BUILTINS


def impure_functions(functions: Mapping[str, Any], constants: Mapping[str, Any]) -> frozenset[str]:
    """The names of the functions whose results must not be shared, directly impure or by what they call."""
    uses = {name: _global_names(function) for name, function in functions.items()}
    impure = {name for name in functions if _is_impure(functions[name], uses[name], functions, constants)}
    while more := {name for name, used in uses.items() if name not in impure and used & impure}:
        impure |= more
    return frozenset(impure)


def _is_impure(function: Any, used: frozenset[str], functions: Mapping[str, Any], constants: Mapping[str, Any]) -> bool:
    if (
        not isinstance(function, FunctionType)
        or _reaches_out(function.__code__)
        or _holds_state(function)
        or function.__code__.co_flags & 0x2A0
    ):
        return True  # 0x2A0: generators and coroutines
    known = function.__globals__
    return any(name not in functions and name not in constants and not _is_harmless(name, known) for name in used)


def _is_harmless(name: str, known: Mapping[str, Any]) -> bool:
    if name not in known:
        return name in _HARMLESS or not hasattr(builtins, name)
    value = known[name]
    if isinstance(value, ModuleType):
        return value.__name__ in _PURE_MODULES
    if isinstance(value, type | FunctionType | BuiltinFunctionType):
        return _is_harmless_callable(value)
    return _is_frozen(value)


def _is_harmless_callable(value: Any) -> bool:
    module = (value.__module__ or "").removeprefix("_")  # operator's functions say _operator
    return module in _PURE_MODULES or (module == "builtins" and value.__name__ in _HARMLESS)


def _is_frozen(value: Any) -> bool:
    """Whether nothing can change a value; an instance of a class, even of a pure module's, may remember things."""
    if isinstance(value, tuple | frozenset):
        return all(_is_frozen(part) for part in value)
    typing_alias = getattr(type(value), "__module__", None) == "typing"
    return value is None or typing_alias or isinstance(value, int | float | complex | str | bytes)


def _holds_state(function: FunctionType) -> bool:
    """Whether a function keeps something from call to call: a closure, or a default that can change."""
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    return function.__closure__ is not None or not all(_is_frozen(value) for value in defaults)


def _global_names(function: Any) -> frozenset[str]:
    if not isinstance(function, FunctionType):
        return frozenset()
    return frozenset(name for code in _codes(function.__code__) for name in code.co_names)


def _codes(code: CodeType) -> list[CodeType]:
    return [code, *(inner for const in code.co_consts if isinstance(const, CodeType) for inner in _codes(const))]


_OUTSIDE = ("STORE_GLOBAL", "DELETE_GLOBAL", "STORE_ATTR", "DELETE_ATTR", "IMPORT_NAME")
_SHARED_NAMES = ("STORE_DEREF", "DELETE_DEREF")
_LOOKED_AT = frozenset(dis.opmap[name] for name in (*_OUTSIDE, *_SHARED_NAMES))


def _reaches_out(code: CodeType) -> bool:
    # Few functions have any of these at all, and taking all apart costs a worker a fifth of its start.
    return any(not _LOOKED_AT.isdisjoint(part.co_code[::2]) and _part_reaches_out(part) for part in _codes(code))


def _part_reaches_out(part: CodeType) -> bool:
    return any(
        instruction.opname in _OUTSIDE
        or (instruction.opname in _SHARED_NAMES and instruction.argval in part.co_freevars)  # nonlocal
        for instruction in dis.get_instructions(part)
    )


_ATOMS = frozenset({int, bool, str, float, complex, bytes, type(None)})


def is_immutable(value: Any, checked: dict[int, Any]) -> bool:
    """Whether nothing can change a value, all the way down: of a function, what it holds from where it was made.

    ``checked`` gathers the functions that were looked into, by ``id``: closures hold closures, and each is looked into
    once. Not by their hash, which in a worker is the same for all closures of a line (``workers.hashing``).
    """
    level: Iterable[Any] = (value,)
    while not _ATOMS.issuperset(kinds := set(map(type, level))):
        if not kinds <= _SEEN_THROUGH:
            return False
        rest = [part for part in level if type(part) not in _ATOMS]
        if not all(_holds_nothing(part, checked) for part in rest if type(part) not in _CONTAINERS):
            return False
        level = list(chain.from_iterable(part for part in rest if type(part) in _CONTAINERS))
    return True


_CONTAINERS = frozenset({tuple, frozenset})
_SEEN_THROUGH = _ATOMS | _CONTAINERS | {FunctionType, BuiltinFunctionType, type}


def _holds_nothing(value: Any, checked: dict[int, Any]) -> bool:
    """Whether a function or a type holds nothing that can change."""
    if isinstance(value, type):
        return value.__module__ == "builtins"
    if isinstance(value, BuiltinFunctionType):
        return value.__self__ is None or isinstance(value.__self__, ModuleType)
    if id(value) in checked:
        return True
    checked[id(value)] = value
    held = [*(cell.cell_contents for cell in value.__closure__ or ()), *(value.__defaults__ or ())]
    if not all(is_immutable(held_value, checked) for held_value in (*held, *(value.__kwdefaults__ or {}).values())):
        del checked[id(value)]
        return False
    return True
