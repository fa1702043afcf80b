"""The account: one choice of the baseline, of now, and of what counts there."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db import queries, store
from db.engine import open_engine
from optim.evidence.judging import judge_measurement
from optim.evidence.outcomes import Outcome
from optim.evidence.spec import Spec, attribution_arms
from profiles.records import Environment, RunRecord, Workload
from services.account import KnownRun, account
from services.board import board
from services.editing import assign
from services.facts import Facts
from services.project import current_project

FULL = Workload(fingerprint="full", tasks=100, candidates=13_200)
SMALL = Workload(fingerprint="small", tasks=5, candidates=660)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_engine(f"sqlite:///{tmp_path / 'quickwin.db'}")


def run(engine: Engine, key: str, *tags: str, wins: tuple[str, ...] = (), **changes: Any) -> int:
    """Stores a finished run measured here over the whole workload, but for what is changed."""
    values: dict[str, Any] = {
        "label": key,
        "config": frozenset(wins),
        "cache_state": "cold",
        "workload": FULL,
        "wall_seconds": 10.0,
        "environment": Environment(machine="here"),
    }
    run_id, _ = store.store_run(engine, RunRecord(key=key, **{**values, **changes}))
    for tag in tags:
        store.tag_run(engine, run_id, tag)
    return run_id


def baseline(engine: Engine) -> KnownRun | None:
    return account(engine).baseline


@pytest.mark.parametrize(
    "changes",
    [
        {"workload": SMALL},
        {"label": "priming"},
        {"profiled": True},
        {"status": "interrupted"},
        {"source": "imported:run_batt"},
        {"pipeline": "another"},
        {"wall_seconds": None},
    ],
    ids=str,
)
def test_what_is_no_run_of_the_whole_baseline_is_never_taken_for_it(engine: Engine, changes: dict[str, Any]) -> None:
    whole = run(engine, "whole")
    run(engine, "other", **changes)
    found = baseline(engine)
    assert found is not None and (found.run_id, found.tasks) == (whole, 100)


def test_a_block_of_a_small_attribution_is_no_baseline_and_now_is_alike(engine: Engine) -> None:
    names = current_project().names
    before = run(engine, "before")
    after = run(engine, "after", wins=names, wall_seconds=2.0)
    run(engine, "small", wins=names, wall_seconds=0.1, workload=SMALL)
    run(engine, "elsewhere", wins=names, wall_seconds=0.1, environment=Environment(machine="there"))
    run(engine, "warm", wins=names, wall_seconds=0.1, cache_state="warm")
    known = account(engine)
    assert known.baseline is not None and known.now is not None
    assert (known.baseline.run_id, known.now.run_id) == (before, after)
    assert not known.now_is_kept


def test_now_is_what_is_kept_once_something_is(engine: Engine) -> None:
    first, *_ = current_project().names
    run(engine, "before")
    kept = run(engine, "kept", wins=(first,))
    run(engine, "all", wins=current_project().names)
    store.decide(engine, first, "keep", "it pays")
    known = account(engine)
    assert known.now is not None and known.now.run_id == kept and known.now_is_kept


def test_an_imported_baseline_that_its_owner_marked_counts(engine: Engine) -> None:
    marked = run(engine, "log", "baseline", source="imported:run_batt", pipeline=current_project().pipeline)
    found = baseline(engine)
    assert found is not None and found.run_id == marked


THERE = {"source": "imported:kaggle_kernel", "pipeline": current_project().reference_pipeline}


@pytest.mark.parametrize("tag", ["final", "kaggle", "Kaggle"])
def test_a_run_that_its_owner_marked_counts_there(engine: Engine, tag: str) -> None:
    marked = run(engine, "log", tag, **THERE)
    assert [one.run_id for one in account(engine).evidence.reference] == [marked]


def test_a_machine_that_is_stated_beside_a_fingerprint_says_where_a_run_was(engine: Engine) -> None:
    marked = run(engine, "log", "baseline", **THERE, environment=Environment(machine="65e2fd0a5bfa"))
    assert not account(engine).evidence.reference
    said = assign(engine, [marked], Facts(values={"machine": "Kaggle"}))
    assert "kept beside the one that was recorded" in said
    assert [one.run_id for one in account(engine).evidence.reference] == [marked]
    assert queries.run_rows(engine)[0]["machine"] == "65e2fd0a5bfa"


@pytest.mark.parametrize(
    ("tags", "changes"),
    [
        ((), {}),
        ((), {"environment": Environment(machine="Kaggle")}),
        (("final",), {"source": "measured"}),
        (("final",), {"pipeline": "another"}),
        (("kaggle",), {"profiled": True}),
        (("finalist",), {}),
    ],
    ids=str,
)
def test_an_import_that_nobody_marked_or_of_another_pipeline_is_none(
    engine: Engine, tags: tuple[str, ...], changes: dict[str, Any]
) -> None:
    run(engine, "log", *tags, **{**THERE, **changes})
    assert not account(engine).evidence.reference


def attributed(engine: Engine, seed: int) -> int:
    """Stores an attribution of the first two wins, three blocks of clean runs of one commit; the first brings 30%."""
    wins = current_project().names[:2]
    chance = random.Random(seed)
    here = Environment(machine="here", git_commit="c0", git_dirty=False)
    arms = attribution_arms(wins)
    spec = Spec(kind="attribution", arms=arms, pipeline=current_project().pipeline)
    number, blocks = store.begin_measurement(engine, spec.to_json()), []
    for block in (1, 2, 3):
        runs = {}
        for position, arm in enumerate(arms):
            seconds = (10 / 1.3 if wins[0] in arm.wins else 10.0) * chance.lognormvariate(0, 0.01)
            run_id = run(
                engine, f"{number} {block} {arm.name}", wins=tuple(arm.wins), wall_seconds=seconds, environment=here,
                results_fingerprint="same",
            )  # fmt: skip
            store.add_block_run(engine, number, block, arm.name, position, run_id)
            runs[arm.name] = Outcome(
                wall_seconds=seconds, results_fingerprint="same", cache_state="cold", workload="full", machine="here"
            )
        blocks.append(runs)
    store.update_measurement(engine, number, status="finished", verdict=judge_measurement(spec, blocks).to_json())
    return number


def test_attributions_of_one_question_tell_what_is_known_together(engine: Engine) -> None:
    first, *_ = current_project().names
    one = attributed(engine, 1)
    alone = account(engine)
    store.decide(engine, first, "keep", "it pays", measurement_id=one)
    two = attributed(engine, 2)
    known = account(engine)
    basis = known.evidence.win(first).measured
    assert basis is not None and alone.attribution is not None and known.attribution is not None
    assert alone.attribution["blocks"] == 3 and alone.attribution_name == f"measurement {one}"
    assert known.attribution["blocks"] == basis.blocks == 6
    assert known.attribution_name == f"measurements {one} and {two}"
    assert basis.measurement_id == two and basis.basis == f"measurement {two}, pooled with {one}"
    assert known.evidence.win(first).measurement(one) is basis
    (row,) = [row for row in board(engine, known) if row.win.name == first]
    assert row.speedup is not None and (row.speedup.value, row.speedup.low) == (basis.speedup, basis.low)
    assert row.share is not None and row.share_of == known.attribution["baseline_seconds"]
