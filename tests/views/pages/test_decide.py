from pathlib import Path

import pytest

from db import queries, store
from db.engine import open_engine
from tests.views.conftest import Open, own_project, tables, words
from tests.views.seed import Seeder
from tests.worked_example import FIFTH, FIRST, FOURTH, SECOND, SIXTH, THIRD, WIN_NAMES
from views.data import deciding


def test_an_empty_database_says_what_is_not_measured(empty: str, open_page: Open) -> None:
    said = words(open_page("decide"))
    assert f"0 of {len(WIN_NAMES)} wins are decided" in said
    assert f"not measured yet: {FIRST}, {SECOND}" in said
    assert "Nothing is decided yet" in said


def test_the_wins_that_wait_for_a_decision_are_named(full: str, open_page: Open) -> None:
    page = open_page("decide")
    assert f"Keep four; revert {FIFTH}: its answers differ; measure {SIXTH}." in words(page)
    assert f"{THIRD} (faster, 1.25x)" in words(page)
    assert "Faster: 1.25" in words(open_page("decide", win=THIRD))


def test_every_win_has_a_row_with_its_decision_and_no_row_is_open_at_first(full: str, open_page: Open) -> None:
    page = open_page("decide")
    held = {name: page.get_by_key(f"decide.decision.{name}").value for name in WIN_NAMES}
    assert held == {**dict.fromkeys(WIN_NAMES, "undecided"), FOURTH: "keep"}
    assert not page.table
    assert not [area.key for area in page.text_area]


def test_a_row_opens_in_place_and_its_address_holds_it(full: str, open_page: Open) -> None:
    page = open_page("decide")
    page.button(key=f"decide.open.{THIRD}").click().run()
    assert page.query_params["win"] in (THIRD, [THIRD])
    assert "Phases that it changed" in words(page)
    page.button(key=f"decide.open.{THIRD}").click().run()
    assert not page.table


def test_an_address_of_a_win_that_is_none_says_so(full: str, open_page: Open) -> None:
    page = open_page("decide", win="no_such_win")
    assert "asks for win=no" in words(page) and not page.exception


@pytest.mark.parametrize("many", [1, 3, 8, 12])
def test_a_project_with_wins_of_its_own_has_no_empty_boxes(
    empty: str, open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, many: int
) -> None:
    own_project(monkeypatch, tmp_path, many)
    page = open_page("decide")
    assert not page.exception and not page.error
    assert len([one for one in page.button if str(one.key).startswith("decide.open.")]) >= many
    page.button(key="decide.open.speed_0").click().run()
    shown = page.table[0].value.to_string()
    assert "Planned" not in shown and "Noise" not in shown


def test_the_evidence_of_a_win_is_complete(full: str, open_page: Open) -> None:
    page = open_page("decide", win=FOURTH)
    shown = page.table[0].value.to_string()
    for word in ("Hypothesis", "Planned", "Predicted", "Measured", "Noise floor", "Answers", "equal in every block"):
        assert word in shown
    assert "at most 1.54x" not in shown or "Amdahl" in shown


def test_a_win_that_was_measured_twice_shows_both_and_which_one_speaks(full: str, open_page: Open) -> None:
    second = Seeder(full).pair(FOURTH, f"{THIRD},{FOURTH}")
    page = open_page("decide", win=THIRD)
    (both,) = [one for one in tables(page) if "no." in one and "before" in one]
    assert [int(number) for number in both["no."]] == [second, 6, 2]
    assert both["before"].tolist()[::2] == [FOURTH, "none"]
    assert f"measurement {second} speaks for it above" in words(page)


def test_a_wrong_win_is_said_to_be_wrong(full: str, open_page: Open) -> None:
    page = open_page("decide", win=FIFTH)
    assert "different: this win can not be kept as it is" in page.table[0].value.to_string()
    assert "Not a faster run but a wrong one" in words(page)


def test_a_decision_is_logged_with_its_measurement_and_reason(full: str, open_page: Open) -> None:
    page = open_page("decide", win=THIRD)
    page.get_by_key(f"decide.decision.{THIRD}").set_value("keep").run()
    page.text_area(key=f"decide.because.{THIRD}").set_value("a fifth less, answers equal").run()
    page.button(key=f"decide.submit.{THIRD}").click().run()
    assert f"Decision 2: keep {THIRD}, on measurement 2 (faster): a fifth less" in words(page)
    newest = queries.decisions(open_engine(full)).iloc[0]
    assert (newest["win"], newest["decision"], newest["because"]) == (
        THIRD,
        "keep",
        "a fifth less, answers equal",
    )
    assert newest["measurement_id"] == 2 and not newest["forced"]


def test_a_decision_against_the_evidence_is_logged_as_forced(full: str, open_page: Open) -> None:
    page = open_page("decide", win=FIFTH)
    page.get_by_key(f"decide.decision.{FIFTH}").set_value("keep").run()
    page.text_area(key=f"decide.because.{FIFTH}").set_value("I want it").run()
    assert "Against the evidence: measurement" in words(page)
    assert page.button(key=f"decide.submit.{FIFTH}").disabled
    page.text_input(key=f"decide.against.{FIFTH}").set_value("the log lies").run()
    page.button(key=f"decide.submit.{FIFTH}").click().run()
    newest = queries.decisions(open_engine(full)).iloc[0]
    assert bool(newest["forced"]) and newest["because"] == "I want it (against the evidence: the log lies)"
    assert newest["who"]


def test_a_draft_survives_a_look_at_another_win(full: str, open_page: Open) -> None:
    page = open_page("decide", win=THIRD)
    page.get_by_key(f"decide.decision.{THIRD}").set_value("revert").run()
    page.text_area(key=f"decide.because.{THIRD}").set_value("half a sent").run()
    page.get_by_key(f"decide.decision.{THIRD}").set_value("undecided").run()
    page.button(key=f"decide.open.{FOURTH}").click().run()
    page.get_by_key(f"decide.decision.{THIRD}").set_value("revert").run()
    assert page.text_area(key=f"decide.because.{THIRD}").value == "half a sent"


def test_a_decision_without_a_reason_can_not_be_logged(full: str, open_page: Open) -> None:
    page = open_page("decide", win=SECOND)
    page.get_by_key(f"decide.decision.{SECOND}").set_value("revert").run()
    assert page.button(key=f"decide.submit.{SECOND}").disabled
    assert len(queries.decisions(open_engine(full))) == 1


def test_who_decides_too_late_is_told(full: str, open_page: Open) -> None:
    page = open_page("decide", win=THIRD)
    page.get_by_key(f"decide.decision.{THIRD}").set_value("keep").run()
    page.text_area(key=f"decide.because.{THIRD}").set_value("mine").run()
    store.decide(open_engine(full), THIRD, "revert", "was first", 2)
    page.button(key=f"decide.submit.{THIRD}").click().run()
    assert "in the meantime" in words(page)
    assert queries.current_decisions(open_engine(full)).set_index("win").loc[THIRD, "decision"] == "revert"


def test_the_attribution_is_said_in_words_and_drawn(full: str, open_page: Open) -> None:
    page = open_page("decide")
    assert "The fastest config is **" in words(page)
    drawn = "".join(one.proto.body for one in page.get("html"))
    assert f"{THIRD} saves" in drawn and "Pairs of wins: below 1x they do each other" in drawn


def test_a_config_with_fewer_wins_that_is_as_good_as_the_fastest_is_named() -> None:
    best = {"config": "all", "seconds": 1.2}
    simpler = ",".join(name for name in WIN_NAMES if name != FIFTH)
    assert deciding.remarks({"best": best, "as_good": [simpler, "all"]})[1] == (
        "Not told apart from it, with fewer wins: **all\\-batch\\_validation**."
    )
    assert len(deciding.remarks({"best": best, "as_good": ["all"]})) == 1


def test_a_fraction_says_how_much_of_it_was_run_and_what_pairs_show(full: str) -> None:
    found = deciding.stored_attribution(deciding.attributions()[0])
    assert any("configs were run; the others follow from" in one for one in deciding.remarks(found))
    assert "dsl\\_cache saves most**" in deciding.most_saved(found)
    pair = {"wins": ["a", "b"], "factor": 0.7, "low": 0.6, "high": 0.8}
    assert deciding.pairs_apart({"interactions": [pair]}).startswith("**1 pair doing each other's work")
    assert deciding.pairs_apart({"interactions": [{**pair, "high": 1.2}]}).startswith("**No two wins surely do")


def test_a_reason_is_shown_and_not_interpreted(full: str, open_page: Open) -> None:
    store.decide(open_engine(full), THIRD, "keep", "# <b>:red[now]</b>", 2)
    page = open_page("decide", win=THIRD)
    assert not [one for one in page.markdown if ":red[" in one.value]
    assert "# <b>:red[now]</b>" in words(page)


def test_the_log_has_every_decision_with_its_reason_as_it_was_written(full: str, open_page: Open) -> None:
    store.decide(open_engine(full), THIRD, "keep", "=HYPERLINK(1) *is* :red[so]", 2, who="ann")
    said = words(open_page("decide"))
    assert f"by ann: **keep {THIRD}**, on [measurement 2](measure?measurement=2)" in said
    assert said.index("=HYPERLINK(1) *is* :red[so]") < said.index(f"**keep {FOURTH}**")


def test_every_config_can_be_looked_at(full: str, open_page: Open) -> None:
    page = open_page("decide")
    page.session_state["decide.configs"] = True
    page.run()
    assert not page.exception and not page.error
    assert len(page.get("plotly_chart")) == 1
    assert "Hatched: not run, computed from the model" in words(page)
