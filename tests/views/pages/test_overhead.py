from db import store
from db.engine import open_engine
from profiles.records import Workload
from tests.profiles.importers.files import read_text
from tests.views.conftest import Open, words
from tests.views.seed import Seeder
from tests.worked_example import FOURTH


def test_without_a_run_the_tracker_s_share_stands_alone(empty: str, open_page: Open) -> None:
    page = open_page("overhead")
    assert "74% of 24.813 s is framework overhead, and does not say of what" in words(page)
    assert not page.slider
    assert "`quickwin run --wins none`" in [one.value for one in page.markdown]


def test_the_baseline_and_now_are_said_in_words(full: str, open_page: Open) -> None:
    said = words(open_page("overhead"))
    assert "70% of the baseline measured here is overhead" in said
    assert "inline 2.51 s (25%), score/compile 2.01 s (20%)" in said, "every part, the largest first"
    assert "unaccounted 0.60 s (6%)" in said
    assert "Now the run takes 5.0" in said


def test_a_log_that_knows_no_dsl_is_not_called_all_overhead(full: str, open_page: Open) -> None:
    (log,) = read_text("main.run_batt 50.0s\ncheck_batt 30.0s\ninline_variables.total 15.0s\n").records
    run_id, _ = store.store_run(open_engine(full), log)
    said = words(open_page("overhead", baseline_run=run_id))
    assert "This run does not say how much of it was the work itself. It took 50.0 s: check_batt 30.0 s (60%)" in (
        said.replace("*", "")
    )


def test_now_can_be_looked_at_without_a_baseline(empty: str, open_page: Open) -> None:
    (log,) = read_text("main.run_batt 50.0s\ncheck_batt 30.0s\n").records
    run_id, _ = store.store_run(open_engine(empty), log)
    page = open_page("overhead", now_run=run_id)
    assert not page.exception and not page.error
    assert "Measure a baseline here" in words(page)
    assert not page.slider


def test_a_log_whose_phases_do_not_fit_into_it_can_not_be_chosen(full: str, open_page: Open) -> None:
    (log,) = read_text("main.run_batt 24.0s\ncheck_batt 38.0s\n").records
    run_id, _ = store.store_run(open_engine(full), log)
    page = open_page("overhead", baseline_run=run_id)
    assert str(run_id) not in page.selectbox(key="overhead/baseline_run").options


def test_a_baseline_older_than_the_newest_runs_is_still_the_baseline(empty: str, open_page: Open) -> None:
    seeder = Seeder(empty)
    baseline = seeder.run(frozenset())
    for _ in range(201):
        seeder.run(frozenset({FOURTH}), tasks=())
    page = open_page("overhead")
    assert page.selectbox(key="overhead/baseline_run").value == str(baseline)
    assert "of the baseline measured here is overhead" in words(page)


def test_a_faster_phase_brings_the_total_down(full: str, open_page: Open) -> None:
    page = open_page("overhead")
    assert page.slider(key="overhead/by.inline").value == 2.0, "what the slider does is seen at once"
    assert "The run would take **4.41 s** here" in words(page)
    assert "On Kaggle" not in words(page), "the plan speaks of another program's seconds"
    page.slider(key="overhead/by.inline").set_value(20.0).run()
    assert "The run would take **3.84 s** here" in words(page)
    again = open_page("overhead", faster=["inline"], **{"by.inline": 20})
    assert "The run would take **3.84 s** here" in words(again), "the address holds it"


def test_any_phase_can_be_made_faster(full: str, open_page: Open) -> None:
    page = open_page("overhead", faster=["score"], **{"by.score": 2})
    assert "The run would take **3.7" in words(page), "score is half of the run, with what is below it"


def test_a_phase_that_the_run_has_not_is_named(full: str, open_page: Open) -> None:
    page = open_page("overhead", faster=["nowhere"])
    assert "asks for faster=nowhere" in words(page) and not page.exception


def test_the_bars_say_tasks_and_caches(full: str, open_page: Open) -> None:
    said = words(open_page("overhead"))
    assert "10 tasks, cold caches" in said
    assert "100 tasks, caches not said" in said, "the tracker's"


def test_runs_of_another_size_are_not_put_beside_each_other_in_silence(full: str, open_page: Open) -> None:
    hundred = Workload(fingerprint="hundred", tasks=100, candidates=13_200)
    run_id = Seeder(full).run(frozenset({FOURTH}), workload=hundred)
    assert "another number of tasks" in words(open_page("overhead", now_run=run_id))
    assert "another number of tasks" not in words(open_page("overhead"))


def test_what_an_imported_log_s_keys_cover_is_said(full: str, open_page: Open) -> None:
    (log,) = read_text("main.run_batt 50.0s\ncheck_batt 30.0s\n").records
    run_id, _ = store.store_run(open_engine(full), log)
    said = words(open_page("overhead", baseline_run=run_id))
    assert "its keys cover 60% of 50.0 s" in said
    assert "what no key covered (20.0 s)" in said


def test_the_address_holds_which_runs_are_shown(full: str, open_page: Open) -> None:
    page = open_page("overhead", now_run=2)
    assert page.selectbox(key="overhead/now_run").value == "2"
    assert "run 2, " in words(page)


def test_the_spread_over_the_tasks_is_said(full: str, open_page: Open) -> None:
    assert "18% of the time goes to the slowest 1 of 10 tasks" in words(open_page("overhead"))
