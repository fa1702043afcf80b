"""How a config is written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.configs import WIN_NAMES, UnknownConfig, all_configs, config_name, parse_config

CONFIGS = st.frozensets(st.sampled_from(WIN_NAMES))


@given(CONFIGS)
def test_a_written_config_reads_back(config: frozenset[str]) -> None:
    assert parse_config(config_name(config)) == config


@given(CONFIGS, CONFIGS)
def test_a_minus_takes_wins_away(base: frozenset[str], without: frozenset[str]) -> None:
    assert parse_config(f"{config_name(base)}-{config_name(without)}") == base - without


@given(CONFIGS)
def test_kept_are_those_that_were_decided_to_be_kept(kept: frozenset[str]) -> None:
    assert parse_config("kept", kept) == kept
    assert parse_config("kept, early_exit", kept) == kept | {"early_exit"}


def test_the_order_of_writing_does_not_matter() -> None:
    assert config_name(parse_config("dsl_cache + early_exit")) == "early_exit,dsl_cache"


def test_there_are_32_configs_and_the_first_is_none() -> None:
    configs = all_configs()
    assert len(set(configs)) == 32
    assert (config_name(configs[0]), config_name(configs[-1])) == ("none", "all")


@pytest.mark.parametrize("text", ["nonsense", "", "all,nonsense", "all-", "-dsl_cache", ",", "all-nonsense", "ALL"])
def test_what_names_no_wins_is_refused_with_what_would_work(text: str) -> None:
    with pytest.raises(UnknownConfig, match=r"known: none, all, kept, solver_body_cache, .* and all-NAME"):
        parse_config(text)
