"""How a config is written down: stored by its names, typed and shown in the words of a project."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.configs import (
    UnknownConfig,
    config_label,
    config_text,
    parse_config,
    read_config,
    stored_text,
)

#: Names as a project may have them: with hyphens, one inside another, in no alphabetical order.
WINS = ("vectorize", "no-cache", "nope", "cache", "all2", "b.c")
CONFIGS = st.frozensets(st.sampled_from(WINS))
NAMES = st.frozensets(st.text(st.characters(codec="utf-8", exclude_characters=","), min_size=1), max_size=4)


@given(NAMES.filter(lambda names: names != {"none"}))
def test_a_stored_config_reads_back_whatever_its_wins_are_called(config: frozenset[str]) -> None:
    assert read_config(config_text(config)) == config


@given(CONFIGS)
def test_the_stored_text_is_the_same_in_whatever_order_the_wins_come(config: frozenset[str]) -> None:
    assert stored_text(sorted(config)) == stored_text(sorted(config, reverse=True))


@given(CONFIGS)
def test_the_stored_text_does_not_depend_on_the_projects_wins(config: frozenset[str]) -> None:
    assert "all" not in stored_text(config).split(",")


def test_an_unknown_config_has_no_text() -> None:
    assert config_text(None) is None
    assert read_config(None) is None


def test_a_comma_in_a_foreign_name_makes_no_second_name() -> None:
    assert stored_text(["one,two"]) == "one;two"


@given(CONFIGS)
def test_a_config_as_it_is_shown_can_be_typed(config: frozenset[str]) -> None:
    assert parse_config(config_label(config, WINS), WINS) == config


@given(st.lists(st.sampled_from(WINS), unique=True, max_size=4), st.data())
def test_it_can_be_typed_in_a_project_of_any_number_of_wins(wins: list[str], data: st.DataObject) -> None:
    config = data.draw(st.frozensets(st.sampled_from(wins))) if wins else frozenset()
    assert parse_config(config_label(config, wins), wins) == config


@given(CONFIGS, CONFIGS)
def test_a_minus_takes_wins_away(base: frozenset[str], without: frozenset[str]) -> None:
    assert parse_config(f"{stored_text(base)}-{stored_text(without)}", WINS) == base - without


@given(CONFIGS)
def test_kept_are_those_that_were_decided_to_be_kept(kept: frozenset[str]) -> None:
    assert parse_config("kept", WINS, kept) == kept
    assert parse_config("kept, vectorize", WINS, kept) == kept | {"vectorize"}


def test_a_hyphen_in_a_name_is_no_minus_and_the_order_of_writing_does_not_matter() -> None:
    assert parse_config("no-cache", WINS) == {"no-cache"}
    assert parse_config("all-no-cache", WINS) == set(WINS) - {"no-cache"}
    assert stored_text(parse_config("vectorize + no-cache", WINS)) == "no-cache,vectorize"


def test_all_and_all_but_one_are_short_and_other_configs_are_named_in_the_projects_order() -> None:
    assert config_label(frozenset(WINS), WINS) == "all"
    assert config_label(frozenset(WINS) - {"nope"}, WINS) == "all-nope"
    assert config_label({"cache", "vectorize"}, WINS) == "vectorize,cache"
    assert config_label({"foreign", "cache"}, WINS) == "cache,foreign"
    assert config_label(None, WINS) == "unknown config"
    assert config_label({"only"}, ["only"]) == "only"
    assert config_label({"one"}, ["one", "two"]) == "one"


@pytest.mark.parametrize("text", ["nonsense", "", "all,nonsense", "all-", "-nope", ",", "all-nonsense", "ALL"])
def test_what_names_no_wins_is_refused_with_what_would_work(text: str) -> None:
    with pytest.raises(UnknownConfig, match=r"known: none, all, kept, vectorize, .* and all-NAME"):
        parse_config(text, WINS)
