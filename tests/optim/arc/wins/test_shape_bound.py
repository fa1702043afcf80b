"""The shape bound: each rule against the function itself, and equal answers in every subset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optim.arc.dsl import default_files, load_dsl
from optim.arc.graph import Graph
from optim.arc.known import known_functions
from optim.arc.score import FULL, score_output
from optim.arc.wins import all_wins
from optim.arc.wins.shape_bound import ARITHMETIC, NEVER_GRIDS, NO_GRID, RULES, Rules, Shapes, shape_of
from tests.optim.bench import answers, small
from tests.optim.own_data import write_dsl, write_solvers, write_tasks

NAME = "shape_bound"
DSL = load_dsl(default_files())
FUNCTIONS = DSL.functions


def grids(largest: int = 6) -> st.SearchStrategy[tuple[tuple[int, ...], ...]]:
    def of(shape: tuple[int, int]) -> st.SearchStrategy[tuple[tuple[int, ...], ...]]:
        row = st.tuples(*[st.integers(0, 9)] * shape[1])
        return st.tuples(*[row] * shape[0])

    return st.tuples(st.integers(1, largest), st.integers(1, largest)).flatmap(of)


numbers = st.integers(-3, 5) | st.booleans()
pairs = st.tuples(st.integers(-3, 6), st.integers(-3, 6))
cells = st.tuples(st.integers(0, 9), st.tuples(st.integers(0, 5), st.integers(0, 5)))
sets = st.frozensets(cells, max_size=5) | st.frozensets(pairs, max_size=5) | st.frozensets(numbers, max_size=4)
callables = st.sampled_from([FUNCTIONS["rot90"], FUNCTIONS["size"], FUNCTIONS["first"], FUNCTIONS["add"]])
values = st.one_of(  # what a program may hand to a function, of the right kind or not
    grids(4),
    numbers,
    pairs,
    sets,
    callables,
    st.tuples(grids(3), grids(3)),
    st.frozensets(sets, max_size=3),
    st.just(()),
)


def a_few(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """As many values as the function with the most arguments takes: each draw is tried on every function."""
    return st.tuples(*[strategy] * max(DSL.arity[name] for name in {*RULES, *NEVER_GRIDS}))


def result_of(name: str, arguments: Sequence[Any]) -> Any:
    """What the function gives; nothing where it can not take these."""
    try:
        return FUNCTIONS[name](*arguments)
    except Exception:
        return None


@settings(max_examples=150)
@given(a_few(grids()), a_few(numbers | pairs), a_few(values))
def test_the_shape_of_a_result_is_its_rules(some_grids: Any, some_numbers: Any, some_values: Any) -> None:
    of_kind = {"g": some_grids, "v": some_numbers, "-": some_values}
    for name, (wanted, rule) in RULES.items():
        arguments = [of_kind[kind][place] for place, kind in enumerate(wanted)]
        known = [
            shape_of(value) if kind == "g" else value
            for kind, value in zip(wanted, arguments, strict=True)
            if kind != "-"
        ]
        promised, result = rule(*known), result_of(name, arguments)
        assert promised is None or result is None or shape_of(result) == promised, name


@settings(max_examples=150)
@given(a_few(values), grids(3))
def test_what_is_never_a_grid_scores_nothing(some_values: Any, expected: Any) -> None:
    for name in sorted(NEVER_GRIDS):
        result = result_of(name, some_values[: DSL.arity[name]])
        assert result is None or score_output(result, expected) == 0, name


@given(grids(4), grids(4))
def test_a_grid_of_another_shape_scores_nothing(output: Any, expected: Any) -> None:
    assert shape_of(output) == (len(output), len(output[0]))
    if shape_of(output) != shape_of(expected):
        assert score_output(output, expected) == 0


@given(values, grids(3))
def test_what_has_no_shape_scores_nothing(output: Any, expected: Any) -> None:
    if shape_of(output) is NO_GRID:
        assert score_output(output, expected) < FULL and (score_output(output, expected) == 0)


def test_rules_are_of_functions_that_are_known_and_there() -> None:
    assert {*RULES, *NEVER_GRIDS, *ARITHMETIC} <= known_functions(FUNCTIONS)
    assert all(len(wanted) == DSL.arity[name] for name, (wanted, _) in RULES.items())


@pytest.mark.parametrize(
    ("source", "shape"),
    [
        ("x1 = rot90(I)\nx2 = hconcat(x1, x1)\nreturn x2", (3, 4)),
        ("x1 = objects(I, T, F, T)\nx2 = paint(I, x1)\nreturn x2", (2, 3)),
        ("x1 = shape(I)\nx2 = double(x1)\nx3 = canvas(ZERO, x2)\nreturn x3", (4, 6)),
        ("x1 = height(I)\nx2 = astuple(x1, ONE)\nx3 = crop(I, ORIGIN, x2)\nreturn x3", (2, 1)),
        ("x1 = upscale(I, THREE)\nreturn x1", (6, 9)),
        ("x1 = asindices(I)\nreturn x1", NO_GRID),
        ("x1 = compress(I)\nx2 = rot90(x1)\nreturn x2", None),
        ("x1 = palette(I)\nx2 = hmirror(x1)\nreturn x2", None),
        ("x1 = crop(I, nothing, ORIGIN)\nreturn x1", None),
    ],
)
def test_shapes_follow_from_the_input_without_running_a_program(source: str, shape: object) -> None:
    graph = Graph(DSL)
    root = graph.root(source)
    assert Shapes(Rules(graph, FUNCTIONS), ((1, 2, 3), (4, 5, 6)), dict).of(root) == shape


def test_a_function_that_was_changed_has_no_rule(tmp_path: Path) -> None:
    """This DSL's hmirror turns a grid: with the rule of the known one its solvers would be lost."""
    text = "\n\ndef hmirror(grid):\n    return tuple(zip(*grid))\n"
    solvers = write_solvers(tmp_path, {f"t{number}": "x1 = hmirror(I)\n    return x1" for number in range(2)})
    own = {"dsl": write_dsl(tmp_path, text), "solvers": solvers, "tasks_dir": write_tasks(tmp_path, 2), "tasks": 2}
    none, _ = answers(small(tmp_path / "none", **own))
    found, records = answers(small(tmp_path / "bound", wins=frozenset({NAME}), **own))
    assert found == none and not any("spared by shape" in record["counts"] for record in records)


def test_it_spares_outputs_alone_and_beside_the_others(tmp_path: Path) -> None:
    """That answers stay equal in every subset, cold and warm, is tested with the family."""
    for config in (frozenset({NAME}), frozenset(all_wins())):
        _, records = answers(small(tmp_path / str(len(config)), wins=config))
        assert sum(record["counts"].get("spared by shape", 0) for record in records) > 20
