import json
from dataclasses import replace

import pytest

from db import queries, store
from optim.plan.standing import standing
from optim.project.plan import load_plan
from profiles.records import Workload
from tests.views.seed import Seeder
from tests.worked_example import FIRST, THIRD
from views.data import evidence as data
from views.data.connection import engine, forget

PLAN = load_plan()


def reference(url: str, *tags: str, **changes: object) -> int:
    """A run that was imported; gives its id."""
    seeder = Seeder(url)
    run_id = seeder.run(frozenset(), **{"source": "imported:run_batt", "config": None, "environment": None, **changes})
    for tag in tags:
        store.tag_run(seeder.engine, run_id, tag)
    forget()
    return run_id


@pytest.mark.parametrize(
    ("tags", "changes"),
    [
        (("kaggle",), {}),
        (("Final",), {}),
    ],
)
def test_a_run_of_the_reference_machine_is_recognized(
    tags: tuple[str, ...], changes: dict[str, object], empty: str
) -> None:
    run_id = reference(empty, *tags, **changes)
    assert [run.run_id for run in data.evidence().reference] == [run_id]


@pytest.mark.parametrize(
    ("tags", "changes"), [((), {}), (("final",), {"source": "measured"}), (("kaggle",), {"profiled": True})]
)
def test_other_runs_are_not_taken_for_it(tags: tuple[str, ...], changes: dict[str, object], empty: str) -> None:
    reference(empty, *tags, **changes)
    assert not data.evidence().reference


def test_a_clean_run_of_the_reference_machine_is_where_we_stand(full: str) -> None:
    hundred = Workload(fingerprint="hundred", tasks=100, candidates=13_200)
    run_id = reference(full, "kaggle", wall_seconds=13.1, workload=hundred)
    found = standing(PLAN, data.evidence()).reference
    assert found is not None and (found.run_id, found.wall_seconds, found.tasks) == (run_id, 13.1, 100)


def test_timeouts_that_the_log_counts_make_the_run_unclean(full: str) -> None:
    reference(full, "kaggle", counts={"timeouts": 100})
    assert data.evidence().reference[0].timeouts == 100
    assert standing(PLAN, data.evidence()).reference is None


def test_what_is_possible_at_most_follows_from_the_newest_baseline(full: str) -> None:
    bounds = data.bounds()
    assert bounds[FIRST] == pytest.approx(1 / 0.75)
    assert bounds[THIRD] == pytest.approx(1 / 0.5)


def test_without_a_baseline_nothing_is_predicted(empty: str) -> None:
    assert set(data.bounds().values()) == {None}


def test_a_reverted_win_is_left_out_of_the_odds(full: str) -> None:
    store.decide(Seeder(full).engine, THIRD, "revert", "not worth it", 2)
    forget()
    odds = standing(replace(PLAN, reference_pipeline=None), data.evidence()).odds
    assert odds.measured[0] == "kept together"
    assert THIRD not in (*odds.measured, *odds.planned)


def test_nothing_measured_leaves_the_odds_of_the_plan_alone(empty: str) -> None:
    odds = standing(PLAN, data.evidence()).odds
    assert 0.2 < odds.probability < 0.6
    assert len(odds.planned) == 5


@pytest.mark.parametrize(
    ("spec", "settled"),
    [({}, (0.01, "wall")), ({"margin": 0.05, "metric": "cpu"}, (0.05, "cpu")), ({"metric": "luck"}, (0.01, "wall"))],
)
def test_a_measurement_is_drawn_by_its_own_margin_and_metric(
    spec: dict[str, object], settled: tuple[float, str], empty: str
) -> None:
    number = store.begin_measurement(engine(), {"kind": "pair", "arms": [{"name": "A", "config": "none"}], **spec})
    assert data.settled_by(number) == settled


def test_what_another_process_writes_of_a_measurement_is_seen_at_the_next_look(empty: str) -> None:
    # A page that shows a measurement at work looks every two seconds, and nobody waits for a cache besides.
    spec = {"kind": "pair", "arms": [{"name": "A", "config": "none"}]}
    assert data.measurements().empty
    number = store.begin_measurement(engine(), spec)
    assert data.measurements()["id"].tolist() == [number]
    assert json.loads(data.measurement(number))["status"] == "running"
    assert data.blocks(number).empty
    store.add_block_run(engine(), number, 1, "A", 1, Seeder(empty).run(frozenset()))
    assert len(data.blocks(number)) == 1
    (owned,) = queries.owned_measurements(engine())
    store.mark_stopping(engine(), number, owned.pid, owned.owner)
    assert json.loads(data.measurement(number))["status"] == "stopping"
    store.update_measurement(engine(), number, status="stopped")
    assert json.loads(data.measurement(number))["status"] == "stopped"
    assert data.measurements()["status"].tolist() == ["stopped"]
