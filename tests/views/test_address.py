"""The address and the widgets follow each other; names that make no sense are said."""

from __future__ import annotations

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from tests.views.conftest import words


def script() -> None:
    import streamlit as st

    from views import address
    from views.address import DAY, FLAG, NAMES, NUMBER

    address.begin("demo")
    st.selectbox("Sort", ["new", "old"], **address.bound("sort", "new", options=["new", "old"]))
    st.multiselect("Config", ["a", "b"], **address.bound("config", ["a"], NAMES, ["a", "b"]))
    st.number_input("Page", 1, 9, **address.bound("page", 1, NUMBER, range(1, 10)))
    st.date_input("Since", **address.bound("since", None, DAY))
    st.toggle("Deleted", **address.bound("deleted", False, FLAG))
    st.write(f"row {address.value('row', 'none')}")
    st.button("Open", key="open", on_click=address.put, args=("row", "seven"))
    if "interrupted" in st.session_state:
        st.stop()
    address.finish()


def opened(**query: str | list[str]) -> AppTest:
    page = AppTest.from_function(script)
    for name, texts in query.items():
        page.query_params[name] = texts
    return page.run()


def test_without_an_address_there_are_defaults_and_no_step_is_written() -> None:
    page = opened()
    assert (page.selectbox[0].value, page.multiselect[0].value, page.number_input[0].value) == ("new", ["a"], 1)
    assert not page.query_params and not page.exception and not page.warning


def test_the_address_sets_the_widgets() -> None:
    page = opened(sort="old", config=["a", "b"], page="3", since="2026-03-04", deleted="1", row="five")
    assert (page.selectbox[0].value, page.multiselect[0].value, page.number_input[0].value) == ("old", ["a", "b"], 3)
    assert (page.date_input[0].value, page.toggle[0].value) == (date(2026, 3, 4), True)
    assert "row five" in words(page)


def test_a_widget_writes_into_the_address() -> None:
    page = opened()
    page.selectbox[0].set_value("old").run()
    page.multiselect[0].set_value(["a", "b"]).run()
    page.button[0].click().run()
    assert page.query_params["sort"] == "old" and page.query_params["config"] == ["a", "b"]
    assert "row seven" in words(page)
    page.multiselect[0].set_value([]).run()
    assert page.multiselect[0].value == [] and page.query_params["config"] in ("", [""])


def test_another_address_in_the_same_session_moves_the_widgets() -> None:
    page = opened(sort="old")
    page.query_params["sort"] = "new"
    page.query_params["page"] = "4"
    page.run()
    assert (page.selectbox[0].value, page.number_input[0].value) == ("new", 4)
    del page.query_params["page"]
    page.run()
    assert page.number_input[0].value == 1


def test_what_the_browser_repeats_because_it_was_not_told_is_no_choice() -> None:
    page = opened()
    page.query_params["sort"] = "old"
    page.session_state["interrupted"] = True
    page.run()
    page.selectbox[0].set_value("new").run()
    assert page.selectbox[0].value == "old" and page.query_params["sort"] in ("old", ["old"])
    del page.session_state["interrupted"]
    page.selectbox[0].set_value("new").run()
    assert page.selectbox[0].value == "old" and page.query_params["sort"] in ("old", ["old"])
    page.selectbox[0].set_value("new").run()
    assert page.selectbox[0].value == "new" and page.query_params["sort"] in ("new", ["new"])


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"sort": "loud"}, "asks for sort=loud; there is new and old"),
        ({"page": "many"}, "asks for page=many; that is no value of it"),
        ({"page": "99"}, "asks for page=99"),
        ({"config": ["a", "z"]}, "asks for config=z; there is a and b"),
        ({"since": "yesterday"}, "asks for since=yesterday"),
        ({"page": "1e400"}, "asks for page=1e400"),
    ],
)
def test_an_address_that_names_what_is_not_there_says_so(query: dict[str, str], sentence: str) -> None:
    page = opened(**query)
    assert sentence in page.warning[0].value.replace("\\", "") and not page.exception
