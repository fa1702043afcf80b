from pathlib import Path

import pytest

from db import store
from db.store import tag_run
from profiles.records import Workload
from tests.views.conftest import Open, own_project, words
from tests.views.seed import Seeder
from tests.worked_example import FIFTH, FIRST, FOURTH, THIRD, WIN_NAMES
from views.data.connection import forget


def test_an_empty_database_shows_the_plan_and_where_to_begin(empty: str, open_page: Open) -> None:
    page = open_page("progress")
    said = words(page)
    assert "Nothing is measured yet" in said
    assert "12 to 14 s" in said
    assert [link.label for link in page.page_link][:2] == [
        "Measure all wins against the baseline",
        "Import the log of a run of your own",
    ]


def test_before_anything_is_measured_one_pair_of_runs_is_told_as_no_more_than_that(empty: str, open_page: Open) -> None:
    seeder = Seeder(empty)
    before, after = seeder.run(frozenset()), seeder.run(frozenset(WIN_NAMES))
    page = open_page("progress")
    said = words(page)
    assert "Nothing is measured yet" in said
    assert (
        "10.0 s without wins, 3.38 s with all: 2.96x in this one pair" in said
        and "which no interval stands behind" in said
    )
    first = page.container(key="progress.start").page_link[0]
    assert first.label == "See where the two runs differ"
    assert f"a={before}&b={after}" in first.proto.query_string


def test_the_tracker_s_figures_are_called_the_tracker_s(empty: str, open_page: Open) -> None:
    figures = {metric.label: metric.value for metric in open_page("progress").metric}
    assert figures["Tracker's baseline"] == "24.8 s"
    assert figures["All wins together"] == "not yet"


def test_what_was_kept_is_what_now_is(full: str, open_page: Open) -> None:
    page = open_page("progress")
    assert "with the win that was kept" in words(page)
    figures = {metric.label: metric.value for metric in page.metric}
    assert figures["Wins kept together"].startswith("2.0")
    assert figures["Now on Kaggle"] == "no run yet"


def test_what_is_measured_here_is_an_analogy_for_there_and_has_no_odds(full: str, open_page: Open) -> None:
    page = open_page("progress")
    said = words(page)
    assert "There: run_batt on Kaggle" in said and "Here: arc" in said
    assert "that is an analogy: only a log from there can tell" in said
    assert "projection" not in said
    labels = [metric.label for metric in page.metric]
    assert not [label for label in labels if "Odds" in label or "Projected" in label]
    assert labels.index("Target") < labels.index("Wins kept together"), "there and here stand apart"


def test_the_board_of_decide_is_in_the_middle(full: str, open_page: Open) -> None:
    page = open_page("progress")
    rows = [page.container(key=f"progress.row.{name}") for name in WIN_NAMES]
    assert all(len(row.markdown) == 1 for row in rows)
    assert not list(page.get("button_group")), "nothing is decided here"


def test_a_project_without_plan_target_and_tasks_has_no_empty_boxes(
    empty: str, open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own_project(monkeypatch, tmp_path, 3)
    page = open_page("progress")
    assert not page.exception and not page.error
    assert [metric.label for metric in page.metric] == ["All wins together"]
    assert "Kaggle" not in words(page) and not page.get("plotly_chart")


def test_a_log_from_the_reference_machine_replaces_the_projection(full: str, open_page: Open) -> None:
    hundred = Workload(fingerprint="hundred", tasks=100, candidates=13_200)
    seeder = Seeder(full)
    run_id = seeder.run(frozenset(), source="imported:kaggle_log", wall_seconds=13.1, workload=hundred)
    assert f"run {run_id}" not in words(open_page("progress"))  # nobody marked it
    tag_run(seeder.engine, run_id, "final")
    page = open_page("progress")
    assert f"On Kaggle run {run_id} took 13.1 s: inside the target of 12 to 14 s" in words(page)
    assert {metric.label: metric.value for metric in page.metric}["Now on Kaggle"] == "13.1 s"


def test_what_is_left_is_said_with_its_next_step_and_its_command(full: str, open_page: Open) -> None:
    page = open_page("progress")
    said = words(page)
    assert "no decision was made" in said and f"`quickwin decide {FIFTH} revert --because ...`" in said
    assert "the target is open" in said.lower() and "quickwin import LOG --machine Kaggle --as final" in said
    steps = [link.label for at in range(6) for link in page.container(key=f"progress.left.{at}").page_link]
    assert steps == ["Decide", "Measure it", "Decide", "Measure it", "Import its log"]


def test_every_win_has_a_card_with_its_next_step(full: str, open_page: Open) -> None:
    page = open_page("progress")
    steps = {name: page.container(key=f"progress.card.{name}").page_link[0].label for name in _NEXT}
    assert steps == _NEXT


_NEXT = {
    FIRST: "Decide",
    THIRD: "Decide",
    FOURTH: "See the evidence",
    FIFTH: "Decide",
}


def test_a_win_with_wrong_answers_is_never_shown_as_faster(full: str, open_page: Open) -> None:
    card = open_page("progress").container(key=f"progress.card.{FIFTH}")
    said = " ".join(str(one.value) for one in card.markdown)
    assert "wrong" in said and "faster" not in said


def test_a_decision_changes_where_we_stand(full: str, open_page: Open) -> None:
    before = {metric.label: metric.value for metric in open_page("progress").metric}
    seeder = Seeder(full)
    both = seeder.pair("none", f"{THIRD},{FOURTH}", blocks=4)
    store.decide(seeder.engine, THIRD, "keep", "a fifth faster", both)
    forget()
    after = {metric.label: metric.value for metric in open_page("progress").metric}
    assert before["Wins kept together"] == "2.00x"
    assert after["Wins kept together"] == "2.49x"


def test_the_checklist_is_ticked_by_evidence(full: str, open_page: Open) -> None:
    said = words(open_page("progress"))
    assert "Local 10-task test (performance)" in said
    assert "#4: [measurement 1](measure?measurement=1)" in said


def test_the_plan_s_contradictions_are_noted(empty: str, open_page: Open) -> None:
    assert "24.813 s to 12-14 s is 1.77-2.07x" in words(open_page("progress"))


def test_of_many_steps_the_first_are_read_and_the_others_folded(full: str, open_page: Open) -> None:
    page = open_page("progress")
    folded = [one for one in page.expander if one.label == "3 more"]
    inside = [link.label for link in folded[0].page_link]
    assert page.container(key="progress.left.0").page_link and inside == ["Measure it", "Import its log"]


def test_the_cards_are_told_by_how_many_are_decided(full: str, open_page: Open) -> None:
    labels = [one.label for one in open_page("progress").expander]
    assert any(label.startswith("The quick wins one by one: ") and "1 kept" in label for label in labels)


def test_the_board_says_in_a_sentence_what_to_keep_as_decide_does(full: str, open_page: Open) -> None:
    sentence = open_page("decide").markdown[0].value.strip("*")
    assert sentence in [part.value for part in open_page("progress").markdown]
