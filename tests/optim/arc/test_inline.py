"""Inlining: the same body by ``ast`` and by the expression graph."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optim.arc.candidates import CandidateMix, Generator
from optim.arc.dsl import default_files, load_dsl
from optim.arc.graph import Graph
from optim.arc.inline import MAX_DEPTH, MAX_SIZE, InlineProblem, inline_with_ast
from optim.arc.programs import read_library

FILES = default_files()
DSL = load_dsl(FILES)
LIBRARY, _ = read_library(FILES.solvers.read_text())


def body_of(source: str, graph: Graph | None = None) -> str | None:
    graph = graph or Graph(DSL)
    try:
        return graph.text(graph.root(source))
    except InlineProblem:
        return None


def ast_body(source: str) -> str | None:
    try:
        return inline_with_ast(source)
    except InlineProblem:
        return None


def test_a_straight_line_program_becomes_one_expression() -> None:
    assert inline_with_ast("x1 = f(I)\nx2 = g(x1, ONE)\nreturn x2") == "g(f(I), ONE)"


def test_a_statement_that_the_result_does_not_need_disappears() -> None:
    assert inline_with_ast("x1 = f(I)\nx2 = g(I)\nreturn x2") == "g(I)"


def test_a_variable_may_be_called_and_tuples_may_be_made() -> None:
    source = "x1 = compose(f, g)\nx2 = x1(I)\nx3 = (x2, -1)\nx4 = (x3,)\nreturn x4"
    assert inline_with_ast(source) == body_of(source) == "((compose(f, g)(I), -1),)"


@given(st.sampled_from(sorted(LIBRARY)), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_graph_and_ast_give_the_same_body_for_any_mutant(task_id: str, seed: int) -> None:
    generator = Generator(LIBRARY, DSL, CandidateMix(2, 4), seed, [task_id])
    graph = Graph(DSL)
    for source in generator.candidates(task_id):
        assert body_of(source, graph) == ast_body(source)


@given(st.lists(st.tuples(st.sampled_from("fgh"), st.lists(st.integers(0, 9), max_size=3)), min_size=1, max_size=10))
def test_graph_and_ast_agree_on_random_programs(steps: list[tuple[str, list[int]]]) -> None:
    names = ["I", "ONE"]
    lines = []
    for number, (function, arguments) in enumerate(steps):
        lines.append(f"x{number} = {function}({', '.join(names[one % len(names)] for one in arguments)})")
        names.append(f"x{number}")
    source = "\n".join([*lines, f"return {names[-1]}"])
    assert body_of(source) == ast_body(source) is not None


def test_a_body_that_would_explode_is_refused_by_both_before_it_does() -> None:
    lines = ["x0 = f(I)", *(f"x{n} = g(x{n - 1}, x{n - 1})" for n in range(1, 60))]
    source = "\n".join([*lines, "return x59"])
    with pytest.raises(InlineProblem, match=f"{MAX_SIZE} are allowed"):
        inline_with_ast(source)
    assert body_of(source) is None


@pytest.mark.parametrize(("depth", "fits"), [(MAX_DEPTH, True), (MAX_DEPTH + 1, False)])
def test_the_deepest_body_still_compiles_and_a_deeper_one_is_refused(depth: int, fits: bool) -> None:
    lines = ["x0 = f(I)", *(f"x{n} = f(x{n - 1})" for n in range(1, depth))]
    body = ast_body("\n".join([*lines, f"return x{depth - 1}"]))
    assert (body is not None) == fits == (body_of("\n".join([*lines, f"return x{depth - 1}"])) is not None)
    if body is not None:
        compile(f"lambda I: {body}", "<test>", "eval")


@pytest.mark.parametrize("source", ["x = 1 +\nreturn x", "x = [I]\nreturn x", "return f(I)(", "x1 = f(I)\nreturn"])
def test_what_is_no_straight_line_program_is_refused(source: str) -> None:
    assert ast_body(source) is None and body_of(source) is None


def test_candidates_of_a_task_do_not_depend_on_who_else_asks() -> None:
    mix, ids = CandidateMix.of(20), sorted(random.Random(0).sample(sorted(LIBRARY), 3))
    one, two = (Generator(LIBRARY, DSL, mix, 7, ids) for _ in range(2))
    [one.candidates(task_id) for task_id in ids]
    assert one.candidates(ids[1]) == two.candidates(ids[1])
