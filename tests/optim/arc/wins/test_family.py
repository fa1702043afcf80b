"""The wins as a family: whatever is on, the answers are the same."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest

from optim.arc.wins import all_wins, win_names
from optim.arc.workers.guard import Heartbeat
from optim.arc.workers.worker import Worker
from optim.arc.workload import prepare
from tests.optim.bench import answers, small
from tests.worked_example import FOURTH, THIRD, WIN_NAMES, all_configs, config_name

TESTS = Path(__file__).parent


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> str:
    found, records = answers(small(tmp_path_factory.mktemp("baseline"), candidates=25))
    assert sum(record["counts"]["accepted"] for record in records) > 5
    return found


@pytest.mark.parametrize("config", all_configs(), ids=config_name)
def test_every_subset_gives_the_baselines_answers_cold_and_warm(
    config: frozenset[str], baseline: str, tmp_path: Path
) -> None:
    cold, _ = answers(small(tmp_path, wins=config, candidates=25))
    warm, _ = answers(small(tmp_path, wins=config, candidates=25))
    assert (cold, warm) == (baseline, baseline)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("changes", [{"min_score": 40}, {"min_score": 0, "keep": 5}, {"keep": 2}, {"min_score": 100}])
def test_all_wins_give_the_baselines_answers_whatever_is_eligible(
    seed: int, changes: dict[str, int], tmp_path: Path
) -> None:
    none, _ = answers(small(tmp_path / "none", seed=seed, tasks=4, **changes))
    for config in ({THIRD}, {FOURTH, THIRD}, set(WIN_NAMES)):
        found, _ = answers(small(tmp_path / config_name(config), seed=seed, tasks=4, wins=frozenset(config), **changes))
        assert found == none


def test_a_second_pass_over_the_tasks_holds_no_more_than_the_first(tmp_path: Path) -> None:
    settings = small(tmp_path, wins=frozenset(WIN_NAMES), tasks=4)
    worker = Worker(settings, list(prepare(settings).tasks), Heartbeat())
    bench, held = worker._pipeline._bench, list[int]()
    for index in (*range(4), *range(4)):
        worker.work(index, {})
        held.append(len(bench.graph))
    assert all(later <= first for first, later in zip(held[:4], held[4:], strict=True))
    assert max(held) > bench.graph.kept > 1


def test_the_family_comes_in_the_order_of_its_numbers_and_each_has_one() -> None:
    numbers = [win.number for win in all_wins().values()]
    assert numbers == sorted(set(numbers))
    assert set(all_wins()) == set(win_names())


@pytest.mark.parametrize("name", WIN_NAMES)
def test_each_win_says_what_it_is_and_has_a_test(name: str) -> None:
    win = all_wins()[name]
    module = importlib.import_module(f"optim.arc.wins.{name}")
    assert win.name == name and win.title and win.addresses
    assert module.__doc__ and len(module.__doc__) > 60
    assert (TESTS / f"test_{name}.py").exists()


@pytest.mark.parametrize("name", WIN_NAMES)
def test_no_win_imports_another(name: str) -> None:
    tree = ast.parse(inspect.getsource(importlib.import_module(f"optim.arc.wins.{name}")))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not imported & {f"optim.arc.wins.{other}" for other in WIN_NAMES}
