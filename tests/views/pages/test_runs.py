"""Runs: the history, empty and full, its filters in the address, deleting with undo."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy import Engine

from db import queries
from db.engine import open_engine
from db.store import store_run
from profiles.configs import stored_text
from services.problems import Problem
from services.saved_views import saved_views
from tests.db.samples import STARTED
from tests.views.conftest import Open, runs_table, words
from tests.views.databases import ALL, fill, measured
from views.actions import runs as actions
from views.data.connection import forget


@pytest.fixture
def engine(empty: str) -> Engine:
    return open_engine(empty)


def test_an_empty_history_says_what_to_do(engine: Engine, open_page: Open) -> None:
    page = open_page("runs")
    assert "No runs yet" in words(page)
    assert "`quickwin run" in words(page)
    assert [link.value for link in page.page_link] == [
        "Measure two configs against each other",
        "Import a log or a profile",
    ]


def test_the_history_says_how_its_configs_stand(engine: Engine, open_page: Open) -> None:
    fill(engine)
    said = words(open_page("runs"))
    assert "Median **5.00 s** with none (2 runs) and **4.00 s** with all (2 runs)" in said
    assert "**4 runs**" in said


def test_the_table_holds_each_run_with_the_bars_of_its_phases(engine: Engine, open_page: Open) -> None:
    ids = fill(engine)
    table, given = runs_table(open_page("runs"))
    assert table["id"].tolist() == ids[::-1]
    fills = {one.attrib["id"] for one in ElementTree.fromstring(f"<defs>{given['fills']}</defs>")}
    for bar in table["phases"]:
        used = {area.attrib["fill"] for area in ElementTree.fromstring(bar).findall("{http://www.w3.org/2000/svg}rect")}
        assert used and used <= {f"url(#{name})" for name in fills}
    assert table["overhead_share"].tolist() == ["75%", "80%", "75%", "80%"]


@pytest.mark.parametrize("length", [20, 44, 60, 130])
def test_a_long_label_is_shown_whole(length: int, engine: Engine, open_page: Open) -> None:
    label = ("none against all, block 12 " * 9)[:length]
    store_run(engine, measured(1, label=label, started_at=STARTED))
    table, given = runs_table(open_page("runs"))
    kinds = {column["name"]: column["kind"] for column in given["columns"]}
    assert table["label"].tolist() == [label.strip()] and kinds["label"] == "long"


def test_the_address_holds_the_filters(engine: Engine, open_page: Open) -> None:
    ids = fill(engine)
    page = open_page("runs", config="all", sort="oldest first")
    table, given = runs_table(page)
    assert table["id"].tolist() == [ids[1], ids[3]] and given["sort"] == ["started_at", False]
    assert page.multiselect(key="runs/config").value == [stored_text(ALL)]


def test_a_filter_that_leaves_nothing_says_so(engine: Engine, open_page: Open) -> None:
    fill(engine)
    assert "No run matches these filters" in words(open_page("runs", q="nothing like this"))


def test_another_filter_is_another_table_so_that_no_selection_points_at_other_runs(
    engine: Engine, open_page: Open
) -> None:
    fill(engine)
    versions = [runs_table(open_page("runs", **query))[1]["version"] for query in ({}, {"config": "all"})]
    assert versions[0] != versions[1]


def test_a_selection_of_another_table_selects_nothing(engine: Engine, open_page: Open) -> None:
    ids = fill(engine)
    page = open_page("runs")
    version = runs_table(page)[1]["version"]
    for shown, said in ((version, f"**1 run selected:** {ids[0]}"), ("another", "A run's number opens it.")):
        page.session_state["runs.table"] = {"selected": {"version": shown, "ids": [ids[0]]}}
        assert said in words(page.run())


@pytest.mark.parametrize(
    ("column", "orders"), [("wall_seconds", ["fastest first", "slowest first"]), ("tags", [None] * 2)]
)
def test_a_heading_sorts_all_runs_where_there_is_such_an_order(
    column: str, orders: list[str | None], engine: Engine, open_page: Open
) -> None:
    fill(engine)
    columns = runs_table(open_page("runs"))[1]["columns"]
    assert next(one["orders"] for one in columns if one["name"] == column) == orders


def test_a_change_of_speed_is_said(engine: Engine, open_page: Open) -> None:
    for number in range(20):
        noise = number % 3 / 100
        store_run(engine, measured(number, (10.0 if number < 10 else 8.0) + noise))
    said = words(open_page("runs"))
    assert "became 20% faster at run 11 (2026-03-04): 10.0 s to 8.01 s" in said


def test_too_few_runs_show_no_change_and_no_standstill_either(engine: Engine, open_page: Open) -> None:
    fill(engine)
    said = words(open_page("runs"))
    assert "A change over time shows from 8 sittings of a config on (a measurement is one)." in said
    assert "No config changed" not in said
    for number in range(10, 20):
        store_run(engine, measured(number, config=ALL))
    forget()
    assert "Of the 1 config with 8 sittings or more (a measurement is one) none changed" in words(open_page("runs"))


def test_the_actions_have_their_room_before_anything_is_selected(engine: Engine, open_page: Open) -> None:
    fill(engine)
    page = open_page("runs")
    buttons = {one.key: one.disabled for one in page.button}
    assert all(buttons[f"runs.{name}"] for name in ("open", "compare", "pin", "delete"))


def test_more_runs_than_a_page_holds_are_on_pages(engine: Engine, open_page: Open) -> None:
    for number in range(201):
        store_run(engine, measured(number, task_count=0))
    first, second = open_page("runs"), open_page("runs", page="2")
    assert len(runs_table(first)[0]) == 200
    assert runs_table(second)[0]["id"].tolist() == [1]
    assert "**201 runs**, 200 on a page" in words(first)


def test_what_a_log_is_called_is_neither_markdown_nor_a_formula(engine: Engine, open_page: Open) -> None:
    hostile = '=HYPERLINK("http://evil") <b>**bold**</b> [x](javascript:alert(1))'
    store_run(engine, measured(1, label=hostile, source="imported:run_batt", started_at=STARTED + timedelta(days=1)))
    page = open_page("runs")
    assert runs_table(page)[0]["label"].tolist() == ["'" + hostile]
    assert "javascript" not in words(page)


def test_deleting_hides_runs_and_undeleting_brings_them_back(engine: Engine, open_page: Open) -> None:
    first, second, *_ = fill(engine)
    open_page("runs")
    assert actions.delete([first, second]) == "2 runs deleted."
    assert "**2 runs**" in words(open_page("runs"))
    assert runs_table(open_page("runs", deleted="1"))[0]["id"].tolist() == [second, first]
    assert actions.undelete([first, second]) == "2 runs brought back."
    assert queries.run_count(engine) == 4


def test_tags_labels_and_notes_are_kept(engine: Engine, open_page: Open) -> None:
    first, *_ = fill(engine)
    open_page("runs")
    assert actions.tag([first], " final ") == "1 run tagged final."
    actions.edit(first, "the best", "warm room")
    kept = queries.runs(engine, ids=[first]).iloc[0]
    assert (kept["tags"], kept["label"], kept["note"]) == ("final", "the best", "warm room")
    actions.untag([first], "final")
    assert queries.runs(engine, ids=[first]).iloc[0]["tags"] == ""


@pytest.mark.parametrize("wrong", [lambda: actions.tag([1], "  "), lambda: actions.edit(99, "a", "")])
def test_what_can_not_be_done_is_one_sentence(engine: Engine, open_page: Open, wrong: object) -> None:
    fill(engine)
    open_page("runs")
    with pytest.raises(Problem):
        wrong()  # type: ignore[operator]


def test_a_pinned_baseline_gives_each_run_its_ratio(engine: Engine, open_page: Open) -> None:
    first, *_ = fill(engine)
    page = open_page("runs", pin=str(first))
    assert f"pinned baseline: run {first}, 5.00 s" in words(page)
    assert runs_table(page)[0]["relative"].tolist() == ["0.800", "1.000", "0.800", "1.000"]


@pytest.mark.parametrize(("by", "runs"), [("config", [2, 2]), ("day", [4]), ("tag", [4])])
def test_runs_are_grouped_with_mean_and_spread(by: str, runs: list[int], engine: Engine, open_page: Open) -> None:
    fill(engine)
    table = open_page("runs", group=by).dataframe[0].value
    assert table["runs"].tolist() == runs
    if by == "config":
        assert table["config"].tolist() == ["all", "none"] and table["spread"].tolist() == [0.0, 0.0]


def test_columns_are_chosen_and_kept_in_the_address(engine: Engine, open_page: Open) -> None:
    fill(engine)
    table, _ = runs_table(open_page("runs", columns=["wall_seconds", "tasks"]))
    assert list(table.columns) == ["id", "wall_seconds", "tasks"]


def test_runs_of_the_last_days_alone(engine: Engine, open_page: Open) -> None:
    fill(engine)
    store_run(engine, measured(77, started_at=datetime.now(UTC)))
    assert "**1 run**" in words(open_page("runs", when="last 7 days"))
    between = open_page("runs", when="between two days", since="2026-03-01", until="2026-03-31")
    assert "**4 runs**" in words(between)


def test_a_view_is_kept_under_a_name_opened_and_forgotten(engine: Engine, open_page: Open) -> None:
    fill(engine)
    page = open_page("runs", sort="fastest first")
    page.text_input(key="runs.view_name").set_value("quick ones")
    page.button(key="runs.view_keep").click().run()
    assert "The view is kept as quick ones" in words(page)
    assert saved_views(engine)["quick ones"]["sort"] == ["fastest first"]
    page.button(key="runs.view_forget.quick ones").click().run()
    assert saved_views(engine) == {}
