"""Which functions may share their results."""

from __future__ import annotations

import pytest

from optim.arc.dsl import default_files, load_dsl
from optim.arc.purity import impure_functions, is_immutable

HEAD = """
import collections
import functools
import itertools
import math
import random
from random import Random

seen = []
tally = collections.Counter()
counter = itertools.count()
roll = functools.partial(random.randint, 0, 9)
half_frozen = ([],)
LIMIT = 3
PAIR = (1, (2, "x"))
"""


def impure(source: str) -> frozenset[str]:
    module: dict[str, object] = {"__name__": "own"}
    exec(HEAD + source, module)
    own = {name: value for name, value in module.items() if getattr(value, "__module__", None) == "own"}
    return impure_functions(own, {})


@pytest.mark.parametrize(
    "body",
    [
        "return random.random()",
        "return Random().random()",
        "return roll()",
        "return next(counter)",
        "import random as r; return r.random()",
        "from time import time; return time()",
        "seen.append(x); return x",
        "tally[x] += 1; return x",
        "half_frozen[0].append(x); return x",
        "global LIMIT; LIMIT += 1; return x",
        "global LIMIT; del LIMIT",
        "f.count = 1; return x",
        "print(x); return x",
        "return open(x)",
        "return eval(x)",
        "return id(x)",
        "return object()",
        "return [open(one) for one in x]",
        "yield x",
        "n = 0\n    def inner(y):\n        nonlocal n\n        n += 1\n        return n\n    return inner",
    ],
)
def test_what_reaches_out_or_remembers_is_impure(body: str) -> None:
    assert impure(f"def f(x):\n    {body}\n") == {"f"}


@pytest.mark.parametrize("parameters", ["x, memo=[]", "x, *, memo={}", "x, memo=([],)"])
def test_a_default_that_can_change_is_impure(parameters: str) -> None:
    assert impure(f"def f({parameters}):\n    return x\n") == {"f"}


def test_a_closure_is_impure() -> None:
    source = "def make():\n    held = []\n    def inner(x):\n        held.append(x)\n    return inner\n\nf = make()\n"
    assert "f" in impure(source)


@pytest.mark.parametrize(
    "body",
    [
        "return tuple(row[::-1] for row in x)",
        "return math.sqrt(x) + LIMIT",
        "return PAIR[0]",
        "return collections.Counter(x).most_common(1)[0]",
        "return functools.reduce(lambda one, two: one + two, x)",
        "return next(iter(x))",
        "held = []; held.append(x); return tuple(held)",
    ],
)
def test_what_only_computes_is_pure(body: str) -> None:
    assert impure(f"def f(x, times=2, name='a'):\n    {body}\n") == frozenset()


def test_who_calls_an_impure_function_is_impure_too_through_any_number_of_calls() -> None:
    source = (
        "def a(x):\n    return random.random()\n\n"
        "def b(x):\n    return a(x)\n\n"
        "def c(x):\n    return [b(one) for one in x]\n\n"
        "def d(x):\n    return d(x)\n"
    )
    assert impure(source) == {"a", "b", "c"}


def test_what_is_no_python_function_is_impure() -> None:
    assert impure_functions({"size": len}, {}) == {"size"}


def test_the_default_dsl_is_all_pure() -> None:
    dsl = load_dsl(default_files())
    assert len(dsl.functions) == 160
    assert impure_functions(dsl.functions, dsl.constants) == frozenset()


@pytest.mark.parametrize(
    "value", [(1, [2]), ((1, iter(())),), frozenset({object()}), (lambda held=[]: held,), [].append, ((({},),),)]
)
def test_a_value_that_holds_what_can_change_can_change(value: object) -> None:
    assert not is_immutable(value, {})


@pytest.mark.parametrize("value", [1, ((1, 2), (3, 4)), frozenset({(1, (2, 3))}), (None, len, tuple, lambda x: x)])
def test_a_value_of_what_can_not_change_can_not(value: object) -> None:
    assert is_immutable(value, {})
