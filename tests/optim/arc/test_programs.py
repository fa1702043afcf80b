"""Solver programs read as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.arc.dsl import default_files
from optim.arc.programs import ProgramProblem, Statement, inlined_size, parse_statement, read_library

NAME = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)


def test_all_400_default_programs_are_read() -> None:
    programs, skipped = read_library(default_files().solvers.read_text())
    assert len(programs) == 400 and not skipped
    assert programs["00d62c1b"].source.splitlines()[0] == "x0 = objects(I, T, F, F)"


@given(NAME, st.one_of(NAME, st.just("")), st.lists(NAME, max_size=4))
def test_a_statement_reads_back_what_it_is_written_as(target: str, function: str, arguments: list[str]) -> None:
    statement = Statement(target, function, tuple(arguments))
    assert parse_statement(statement.source) == statement


@pytest.mark.parametrize("line", ["x = 1", "x1 = f(g(I))", "import os", "x = f(I); y = g(x)", "x += f(I)", ""])
def test_a_line_that_is_no_call_of_names_is_refused(line: str) -> None:
    with pytest.raises(ProgramProblem):
        parse_statement(line)


def test_comments_nested_calls_and_another_parameter_are_normalized() -> None:
    text = "def solve_t1(grid):\n    # why\n    x1 = f(g(grid), -1)\n\n    return h(x1)\n"
    programs, skipped = read_library(text)
    assert not skipped
    assert programs["t1"].statements[0].function == "g"
    assert programs["t1"].statements[0].arguments == ("I",)
    assert programs["t1"].statements[-1].function == "h"


def test_a_program_that_is_not_straight_line_is_named_and_the_rest_is_read() -> None:
    loop = "def solve_a(I):\n    for x in I:\n        pass\n    return I\n"
    text = loop + "\n\ndef solve_b(I):\n    x1 = f(I)\n    return x1\n"
    programs, skipped = read_library(text)
    assert list(programs) == ["b"]
    assert len(skipped) == 1 and "program a was skipped" in skipped[0]


@given(st.text(alphabet="defsolv_x1(I):\n =,return ", max_size=200))
def test_any_text_gives_programs_or_sentences(text: str) -> None:
    programs, skipped = read_library("def solve_a(I):\n" + text)
    assert len(programs) + len(skipped) >= 0 and all("\n" not in one.task_id for one in programs.values())


def test_the_inlined_size_counts_a_variable_as_often_as_it_is_used() -> None:
    text = "def solve_a(I):\n    x1 = f(I)\n    x2 = g(x1, x1)\n    return x2\n"
    assert inlined_size(read_library(text)[0]["a"]) == 5
