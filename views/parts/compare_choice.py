"""Which two runs or configs are compared; the address holds the choice."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from profiles.configs import read_config
from services.ranking import MOST_RUNS
from services.run_facts import RunFacts, Side
from views import text
from views.address import NUMBER, TEXT, bound, copy_link, put
from views.configs import typed
from views.data import compare as data
from views.navigation import link

RUNS, CONFIGS = KINDS = ("runs", "two configs")
_ASKED = (("Run before", "a"), ("Run after", "b"))
_PLACE = ["workload", "cache_state", "machine"]


def chosen() -> list[RunFacts] | tuple[Side, Side] | None:
    """Draws the choice; gives the runs, or both configs' sides, or None where it said what to do first."""
    by = st.segmented_control(
        "Compare",
        KINDS,
        required=True,
        label_visibility="collapsed",
        **bound("by", RUNS, TEXT, KINDS),
    )
    return _configs() if by == CONFIGS else _runs()


def _runs() -> list[RunFacts] | None:
    suggested = data.suggested() or (None, None)
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare.runs"):
        pair = [
            st.number_input(title, min_value=1, width=130, **bound(name, default, NUMBER))
            for (title, name), default in zip(_ASKED, suggested, strict=True)
        ]
        st.button("Swap", key="compare.swap", icon=":material/swap_horiz:", on_click=_swap, args=(pair,))
        more = st.text_input("And beside them", placeholder="more runs, such as 3, 4", width=240, **bound("more", ""))
        copy_link()
    if None in pair:
        st.info(
            "Put the numbers of two runs here, or select some in the table of runs.", icon=":material/compare_arrows:"
        )
        link("runs", "Select runs", icon=":material/history:")
        return None
    return _found([int(number) for number in pair if number], data.numbers(more or ""))


def _swap(pair: list[int]) -> None:
    put("a", pair[1], NUMBER)
    put("b", pair[0], NUMBER)


def _found(pair: list[int], more: list[int]) -> list[RunFacts] | None:
    """The runs in the order in which they were named; None where one of the first two is not there."""
    numbers = list(dict.fromkeys([*pair, *more]))
    runs = data.runs(numbers[:MOST_RUNS])
    known = {run.id for run in runs}
    missing = [str(number) for number in numbers[:MOST_RUNS] if number not in known]
    if missing:
        st.info(f"There is no run {text.listed(missing)}.", icon=":material/search_off:")
    if len(numbers) > MOST_RUNS:
        st.info(f"{MOST_RUNS} runs are compared at once; the others are left out.", icon=":material/filter_list:")
    if not set(pair) <= known:
        link("runs", "Select runs", icon=":material/history:")
        return None
    return runs


def _configs() -> tuple[Side, Side] | None:
    places = data.places()
    groups = {_place_name(part): part for _, part in places.groupby(_PLACE, sort=False) if part["config"].nunique() > 1}
    if not groups:
        st.info(
            "There are not yet finished runs of two configs with the same work, caches and machine.",
            icon=":material/timer:",
        )
        link("measure", "Measure two configs against each other", icon=":material/timer:")
        return None
    columns = st.columns([2, 2, 4])
    name = columns[2].selectbox("With", list(groups), **bound("place", next(iter(groups)), TEXT, groups))
    part = groups[name]
    configs = sorted(part["config"], key=lambda config: (len(read_config(config) or ()), config))
    options: Any = {"options": configs, "format_func": typed}
    before = columns[0].selectbox("Config before", **options, **bound("config_a", configs[0], TEXT, configs))
    after = columns[1].selectbox("Config after", **options, **bound("config_b", configs[-1], TEXT, configs))
    first = part.iloc[0]
    return data.of_configs(before, after, *(str(first[name]) for name in _PLACE))


def _place_name(part: pd.DataFrame) -> str:
    first: Any = part.iloc[0]
    work = first["workload_description"]
    work = str(first["workload"])[:8] if text.missing(work) or not work else work
    return f"{text.one_line(work, 60)}, {first['cache_state']} caches, machine {str(first['machine'])[:8]}"
