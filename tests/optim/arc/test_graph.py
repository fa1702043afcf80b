"""The expression graph: nodes are shared, and come in an order in which they can be computed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.arc.dsl import Dsl
from optim.arc.graph import INPUT, Graph
from optim.arc.inline import InlineProblem

DSL = Dsl({}, {"ONE": 1}, {})
STEPS = st.lists(st.tuples(st.sampled_from("fgh"), st.lists(st.integers(0, 9), max_size=3)), min_size=1, max_size=12)


def source_of(steps: list[tuple[str, list[int]]]) -> str:
    names, lines = ["I", "ONE"], []
    for number, (function, arguments) in enumerate(steps):
        lines.append(f"x{number} = {function}({', '.join(names[one % len(names)] for one in arguments)})")
        names.append(f"x{number}")
    return "\n".join([*lines, f"return {names[-1]}"])


@given(st.lists(STEPS, min_size=1, max_size=4))
def test_arguments_come_before_the_calls_that_use_them_whatever_came_before(
    programs: list[list[tuple[str, list[int]]]],
) -> None:
    graph = Graph(DSL)
    for source in map(source_of, programs):
        root = graph.root(source)
        order = graph.order(root)
        assert order[-1] == root and len(set(order)) == len(order)
        for place, node in enumerate(order):
            call = graph.calls[node]
            assert call is not None
            calls = {part for part in call if part >= 0 and graph.calls[part] is not None}
            assert calls <= set(order[:place])


def test_equal_expressions_of_any_programs_are_one_node() -> None:
    graph = Graph(DSL)
    one = graph.root("x1 = f(I)\nx2 = g(x1, x1)\nreturn x2")
    size = len(graph)
    assert graph.root("a = f(I)\nb = f(I)\nc = g(a, b)\nreturn c") == one
    assert len(graph) == size
    assert len(graph.order(one)) == 2


@given(st.lists(STEPS, max_size=3), st.lists(STEPS, max_size=3), st.lists(STEPS, min_size=1, max_size=3))
def test_a_task_that_is_forgotten_leaves_the_programs_of_all_tasks_and_nothing_else(
    shared: list[list[tuple[str, list[int]]]],
    earlier: list[list[tuple[str, list[int]]]],
    later: list[list[tuple[str, list[int]]]],
) -> None:
    common = list(map(source_of, shared))
    graph, fresh = Graph(DSL, common), Graph(DSL, common)
    for source in map(source_of, earlier):
        graph.text(graph.root(source))
        graph.order(graph.root(source))
    graph.forget()
    assert len(graph) == graph.kept
    for source in map(source_of, later):
        node = graph.root(source)
        assert node == fresh.root(source)
        assert (graph.text(node), graph.order(node)) == (fresh.text(node), fresh.order(node))


def test_what_does_not_depend_on_the_input_is_constant() -> None:
    graph = Graph(DSL)
    assert graph.constant[graph.root("x1 = f(ONE, 3)\nreturn x1")]
    assert not graph.constant[graph.root("x1 = f(ONE, I)\nreturn x1")]
    assert not graph.constant[INPUT]


def test_leaves_have_the_dsls_values_and_an_unknown_name_has_none() -> None:
    graph = Graph(DSL)
    call = graph.calls[graph.root("x1 = f(ONE, -7, TWO)\nreturn x1")]
    assert call is not None
    _, one, minus_seven, two = call
    assert (graph.leaf_value(one), graph.leaf_value(minus_seven)) == (1, -7)
    with pytest.raises(NameError, match="'TWO' is not defined"):
        graph.leaf_value(two)


def test_a_program_that_is_refused_once_is_refused_again_the_same_way() -> None:
    graph = Graph(DSL)
    for _ in range(2):
        with pytest.raises(InlineProblem):
            graph.root("x = [I]\nreturn x")
