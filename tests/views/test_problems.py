import logging

import pytest
from streamlit.testing.v1 import AppTest


def script(kind: str) -> None:
    import streamlit as st

    from services.problems import Problem
    from views.problems import guard

    with guard():
        if kind == "expected":
            raise Problem("plan.toml: win.number <b>3</b> was given twice")
        raise RuntimeError("the secret of /home/me")
    st.write("the page goes on")


def test_an_expected_problem_is_one_sentence_that_is_not_interpreted() -> None:
    page = AppTest.from_function(script, args=("expected",), default_timeout=20).run()
    assert not page.exception
    assert page.error[0].value.replace("\\", "") == "plan.toml: win.number <b>3</b> was given twice"
    assert page.markdown[0].value == "the page goes on"


def test_an_unexpected_problem_goes_to_the_log_under_a_number(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "quickwin.views"):
        page = AppTest.from_function(script, args=("unexpected",), default_timeout=20).run()
    assert not page.exception
    said = page.error[0].value
    assert "secret" not in said
    number = said.rstrip(".").split()[-1]
    record = next(one for one in caplog.records if one.name == "quickwin.views")
    assert number in record.getMessage() and record.exc_info is not None
