"""Compare: the verdict and its reason first; a single pair never has one."""

import re

import pytest
from sqlalchemy import Engine

from db.engine import open_engine
from db.store import add_block_run, begin_measurement, store_run, update_measurement
from profiles.configs import stored_text
from profiles.records import Environment, Workload
from tests.views.conftest import Open, tables, words
from tests.views.databases import ALL, BASELINE, fill, measured
from tests.views.seed import Seeder
from tests.worked_example import FOURTH, THIRD
from views.data import compare as data


@pytest.fixture
def engine(empty: str) -> Engine:
    return open_engine(empty)


def measure(engine: Engine, blocks: int = 8) -> int:
    """A measurement of none against all in which all is twice as fast, with a little noise."""
    arms = [
        {"name": "A", "config": "none"},
        {"name": "B", "config": stored_text(ALL)},
        {"name": "A2", "config": "none"},
    ]
    number = begin_measurement(engine, {"kind": "pair", "arms": arms, "cache_state": "cold", "tasks": 3})
    for block in range(blocks):
        for position, (arm, config, seconds) in enumerate(
            (("A", BASELINE, 4.0), ("B", ALL, 2.0), ("A2", BASELINE, 4.0))
        ):
            noise = (block * 7 + position * 3) % 5 / 100
            key = 100 + block * 3 + position
            run_id, _ = store_run(engine, measured(key, seconds + noise, config=config))
            add_block_run(engine, number, block, arm, position, run_id)
    update_measurement(engine, number, status="finished")
    return number


def test_more_than_two_runs_are_each_held_against_the_first(empty: str, open_page: Open) -> None:
    seeder = Seeder(empty)
    first, second, third = (seeder.run(frozenset(wins)) for wins in ((), (FOURTH,), (THIRD, FOURTH)))
    other = seeder.run(frozenset(), results_fingerprint="other")
    page = open_page("compare", a=first, b=second, more=f"{third},{other},99")
    (table,) = [one for one in tables(page) if "before / after" in one]
    assert table["run"].tolist() == [str(run) for run in (second, third, other)]
    *times, wrong = table["before / after"]
    assert [round(float(ratio.rstrip("x")), 1) for ratio in times] == [2.0, 2.5] and wrong == "–"
    assert table["verdict"].tolist() == ["unresolved", "unresolved", "wrong"]
    assert "There is no run 99" in words(page)


def test_what_is_no_number_is_passed_over() -> None:
    assert data.numbers("3, 4 and x, 3") == [3, 4]
    assert data.numbers("") == []


def test_without_a_choice_the_run_with_fewer_wins_comes_first_whichever_is_newer(empty: str, open_page: Open) -> None:
    seeder = Seeder(empty)
    after, before = seeder.run(frozenset({FOURTH})), seeder.run(frozenset())
    said = words(open_page("compare"))
    assert f"Run {before} (" in said and said.index(f"Run {before} (") < said.index(f"run {after} (")


def test_an_empty_database_says_what_to_do(engine: Engine, open_page: Open) -> None:
    assert "No runs yet" in words(open_page("compare"))


def test_one_pair_of_runs_is_never_a_verdict(engine: Engine, open_page: Open) -> None:
    fill(engine)
    page = open_page("compare", a="1", b="2")
    said = words(page)
    assert "unresolved" in said
    assert "One pair of runs can not resolve which is faster" in said
    assert "`quickwin measure none all --cold --tasks 3 --candidates 132`" in said


def test_without_an_address_two_runs_of_different_configs_are_shown(engine: Engine, open_page: Open) -> None:
    fill(engine)
    assert "Run 3 (run 2, none)" in words(open_page("compare"))


def test_the_waterfall_leads_from_one_run_to_the_other(engine: Engine, open_page: Open) -> None:
    fill(engine)
    page = open_page("compare", a="1", b="2")
    told = [re.findall(r'alt="([^"]*)"', one.proto.body) for one in page.get("html")]
    (rows,) = [row for row in told if "run 1: 5.00 s" in row]
    assert (rows[0], rows[-1]) == ("run 1: 5.00 s", "run 2: 4.00 s")
    spans = [re.search(r"from ([\d.]+) (m?s) to ([\d.]+) (m?s)", row) for row in rows[1:-1]]
    seconds = {"s": 1.0, "ms": 0.001}
    changes = [float(one[3]) * seconds[one[4]] - float(one[1]) * seconds[one[2]] for one in spans if one]
    assert len(changes) == len(rows) - 2 and sum(changes) == pytest.approx(-1.0)


@pytest.mark.parametrize(
    "changes,reason",
    [
        ({"cache_state": "warm"}, "run both cold, or both warm"),
        ({"workload": Workload(fingerprint="other", tasks=5)}, "the same tasks, parameters and inputs"),
        ({"environment": Environment(machine="there")}, "the same machine"),
        ({"status": "interrupted"}, "run 2 is interrupted, not finished"),
        ({"profiled": True}, "measure it again with a run that finishes unprofiled"),
        ({"environment": None}, "machine of run 2 is unknown"),
    ],
)
def test_what_is_not_comparable_says_why_and_what_would_help(
    engine: Engine, open_page: Open, changes: dict, reason: str
) -> None:
    store_run(engine, measured(1))
    store_run(engine, measured(2, **changes))
    said = words(open_page("compare", a="1", b="2"))
    assert "not comparable" in said
    assert reason in said.lower()
    assert "A ratio of the two would mean nothing" in said


def test_other_answers_are_wrong_and_not_fast(engine: Engine, open_page: Open) -> None:
    store_run(engine, measured(1))
    store_run(engine, measured(2, 1.0, results_fingerprint="another"))
    said = words(open_page("compare", a="1", b="2"))
    assert "wrong" in said
    assert "a wrong one" in said


def test_two_configs_use_the_verdict_of_their_measurement(engine: Engine, open_page: Open) -> None:
    fill(engine)
    number = measure(engine)
    page = open_page("compare", by="two configs")
    said = words(page)
    assert "faster" in said and "95" in said
    assert "Config none took **4.02 s** (8 runs), config all took **2.02 s** (8 runs)" in said
    assert f"Measurement {number}" in [link.value for link in page.page_link]


def test_two_configs_without_a_measurement_are_unresolved(engine: Engine, open_page: Open) -> None:
    fill(engine)
    said = words(open_page("compare", by="two configs"))
    assert "not made in interleaved blocks" in said


def test_a_single_pair_points_at_the_measurement_of_its_configs(engine: Engine, open_page: Open) -> None:
    number = measure(engine)
    page = open_page("compare", a="1", b="2")
    assert "unresolved" in words(page)
    assert f"Measurement {number} of these configs in blocks: faster" in [link.value for link in page.page_link]


def test_only_what_differs_is_listed(engine: Engine, open_page: Open) -> None:
    store_run(engine, measured(1, config=BASELINE))
    store_run(engine, measured(2, config=ALL, environment=Environment(machine="here", python="3.13", packages={})))
    differing = next(table for table in tables(open_page("compare", a="1", b="2")) if "what" in table)
    assert set(differing["what"]) == {"config", "python", "cpu_model", "git_dirty", "package numpy"}


def test_runs_that_are_not_there_are_named(engine: Engine, open_page: Open) -> None:
    fill(engine)
    assert "There is no run 77" in words(open_page("compare", a="1", b="77"))


def test_a_run_against_itself_is_no_comparison(engine: Engine, open_page: Open) -> None:
    fill(engine)
    assert "choose two that differ" in words(open_page("compare", a="1", b="1"))
