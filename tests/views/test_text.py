from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from views import text

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def _shown(markdown: str) -> str:
    """What CommonMark makes of it; anything but plain text fails."""
    tokens = MARKDOWN.parse(markdown)
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    children = [child for token in tokens for child in token.children or []]
    assert {child.type for child in children} <= {"text", "text_special"}
    return "".join(child.content for child in children).replace("\u2060", "")


@given(st.text(max_size=200))
def test_escaped_text_shows_exactly_itself(given_text: str) -> None:
    assert _shown(text.escape(given_text)) == text.one_line(given_text.replace("\u2060", " "))


@pytest.mark.parametrize(
    "hostile",
    [
        "# a heading",
        "**bold** _it_ ~~no~~ `code`",
        "[a link](http://example.org)",
        "![](http://example.org/x.png)",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "&lt;b&gt;",
        "1. one",
        "- a list",
        "| a | b |",
        "$x^2$",
    ],
)
def test_hostile_text_is_not_interpreted(hostile: str) -> None:
    assert _shown(text.escape(hostile)) == hostile


@pytest.mark.parametrize("words", [":material/delete:", ":red[x]", ":smile:", "http://a.b", "www.a.b", "me@a.b"])
def test_what_streamlit_would_replace_is_broken_up(words: str) -> None:
    escaped = text.escape(words).replace("\\", "")
    assert words not in escaped
    assert escaped.replace("\u2060", "") == words


@pytest.mark.parametrize("arrow", ["->", "<-", "<->", "--", ">=", "<=", "~="])
def test_an_arrow_stays_as_it_was_written(arrow: str) -> None:
    assert f" {arrow} " not in text.escape(f"a {arrow} b").replace("\\", "")


def test_a_direction_mark_does_not_turn_the_line_around() -> None:
    assert text.escape("a\u202eb") == "a b"


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert text.one_line("x" * 20, limit=5) == "xxxx…"


def test_a_measurement_and_a_run_are_linked_to_their_pages_and_nothing_else_is() -> None:
    assert text.linked("decision 3 on measurement 7") == "decision 3 on [measurement 7](measure?measurement=7)"
    assert text.linked("run 5 [x](y)").startswith("[run 5](run?run=5) \\[x\\]")


def test_text_in_a_chart_keeps_its_tags_as_text() -> None:
    assert text.plain("<b>&") == "&lt;b&gt;&amp;"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (24.813, "24.8 s"),
        (2.14, "2.14 s"),
        (9.997, "10.0 s"),
        (0.034, "34 ms"),
        (0.0, "0.0 s"),
        (312.0, "5 min 12 s"),
        (359.7, "6 min"),
        (7199.0, "2 h"),
        (1800.0, "30 min"),
        (3900.0, "1 h 5 min"),
        (4e-7, "0.4 µs"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_seconds_carry_their_unit(value: float | None, shown: str) -> None:
    assert text.seconds(value) == shown


@pytest.mark.parametrize(
    ("share", "shown"), [(0.744, "74%"), (0.001, "<1%"), (0.999, ">99%"), (1.0, "100%"), (0, "0%")]
)
def test_what_is_not_quite_all_is_not_rounded_to_all(share: float, shown: str) -> None:
    assert text.percent(share) == shown


def test_a_speedup_is_shown_with_its_interval() -> None:
    assert text.speedup(1.234, 1.2, 1.26) == "1.23x (1.20x to 1.26x)"
    assert text.speedup(1.234, None, 1.26) == "1.23x"


def test_a_slower_run_takes_more_time_and_saves_nothing() -> None:
    assert text.saved(2.0) == "50.0% saved"
    assert text.saved(0.8) == "25.0% more time"
    assert text.saved(None) == "–"


def test_names_are_listed_as_a_person_would() -> None:
    assert text.listed(["a"]) == "a"
    assert text.listed(["a", "b", "c"]) == "a, b and c"


def test_a_moment_is_shown_to_the_minute() -> None:
    assert text.moment(datetime(2025, 10, 17, 8, 15, 59, tzinfo=UTC)) == "2025-10-17 08:15"
