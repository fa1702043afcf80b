"""Two runs are alike when their workloads' fingerprints are."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from optim.arc import workload
from optim.arc.diskcache import DiskCache
from optim.arc.dsl import DslProblem
from optim.arc.settings import Settings
from optim.arc.tasks import TaskProblem
from optim.arc.workload import CacheFolder, cache_scope, prepare, read_programs
from tests.optim.own_data import write_dsl, write_solvers, write_tasks
from tests.worked_example import FOURTH, SECOND, WIN_NAMES


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Three own tasks, a DSL that takes a constant from a module beside it, one solver."""
    (tmp_path / "constants.py").write_text("ONE = 1\n")
    solvers = write_solvers(tmp_path, {"t0": "x1 = mirror(I)\n    return x1"})
    dsl = write_dsl(tmp_path)
    Path(dsl).write_text("from constants import ONE\n" + Path(dsl).read_text())
    return Settings(tasks=3, candidates=4, tasks_dir=write_tasks(tmp_path, 3), dsl=dsl, solvers=solvers)


def digest(settings: Settings) -> str:
    return prepare(settings).workload.fingerprint


@pytest.mark.parametrize(
    "changes",
    [
        *({"tasks": 2}, {"task_ids": ("t1", "t0")}, {"seed": 1}, {"candidates": 5}),
        *({"min_score": 81}, {"keep": 31}, {"limit_seconds": 2.0}),
    ],
    ids=str,
)
def test_other_tasks_candidates_or_limits_are_another_workload(settings: Settings, changes: dict[str, object]) -> None:
    assert digest(replace(settings, **changes)) != digest(settings)


@pytest.mark.parametrize(
    "changes",
    [
        *({"wins": frozenset(WIN_NAMES)}, {"workers": 2}, {"caches_dir": "elsewhere"}, {"output_dir": "elsewhere"}),
        *({"profile": True}, {"record": False}),
    ],
    ids=", ".join,  # the names alone: a set's text differs from process to process
)
def test_how_it_is_done_is_no_part_of_the_workload(settings: Settings, changes: dict[str, object]) -> None:
    assert digest(replace(settings, **changes)) == digest(settings)


@pytest.mark.parametrize("name", ["dsl.py", "solvers.py", "constants.py"])
def test_another_text_of_a_module_is_another_workload_and_another_scope_of_caches(
    settings: Settings, name: str, tmp_path: Path
) -> None:
    before = digest(settings), cache_scope(settings, settings.files)
    path = tmp_path / name
    path.write_text(path.read_text() + "\n# changed\n")
    after = digest(settings), cache_scope(settings, settings.files)
    assert before[0] != after[0] and before[1] != after[1]


@pytest.mark.parametrize(
    ("name", "value"), [("CACHE_VERSION", workload.CACHE_VERSION + 1), ("sys", SimpleNamespace(version_info=(3, 99)))]
)
def test_what_another_version_or_python_kept_is_not_used(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    before = cache_scope(settings, settings.files)
    monkeypatch.setattr(workload, name, value)
    assert cache_scope(settings, settings.files) != before


def test_another_content_of_a_task_is_another_workload(settings: Settings, tmp_path: Path) -> None:
    before, path = digest(settings), tmp_path / "tasks" / "t1.json"
    plain = json.loads(path.read_text())
    plain["train"][0]["input"][0][0] = 9
    path.write_text(json.dumps(plain))
    assert digest(settings) != before


def test_a_broken_task_is_named_and_the_rest_is_there(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "tasks" / "t1.json").write_text('{"train": [')
    work = prepare(settings)
    assert [task.task_id for task in work.tasks] == ["t0", "t2"]
    assert work.skipped[0].startswith("t1.json was skipped: ")


def _no_tasks_left(folder: Path) -> None:
    for path in (folder / "tasks").glob("*.json"):
        path.write_text("[]")


@pytest.mark.parametrize(
    ("spoil", "kind", "sentence"),
    [
        (_no_tasks_left, TaskProblem, "3 JSON files, none readable; t0.json was skipped"),
        (lambda folder: (folder / "solvers.py").write_text("def other(I):\n    return I\n"), DslProblem, "no solver"),
        (lambda folder: (folder / "solvers.py").write_bytes(b"\xff\xfe"), DslProblem, "solvers.py can not be read"),
        (lambda folder: (folder / "dsl.py").write_text("def (:\n"), DslProblem, "dsl.py does not import"),
        (lambda folder: (folder / "dsl.py").unlink(), DslProblem, "dsl.py is no file"),
    ],
)
def test_what_can_not_be_used_is_said_in_one_sentence(
    settings: Settings, tmp_path: Path, spoil: Callable[[Path], object], kind: type[Exception], sentence: str
) -> None:
    spoil(tmp_path)
    with pytest.raises(kind, match=sentence) as caught:
        prepare(settings)
    assert "\n" not in str(caught.value)


def test_an_unknown_task_is_refused_with_one_that_there_is(settings: Settings) -> None:
    with pytest.raises(TaskProblem, match="no task is called nope; there are 3, for example t0"):
        prepare(replace(settings, task_ids=("t0", "nope")))


def test_caches_are_cold_until_something_is_there_and_warm_once_primed_for_this_workload(tmp_path: Path) -> None:
    folder, wins = CacheFolder(tmp_path / "caches"), frozenset({SECOND})
    assert folder.state("w", wins) == "cold"
    folder.mark_primed("w", wins)
    assert folder.state("w", wins) == "warm"
    assert folder.state("w", frozenset()) == "warm"
    assert folder.state("w", wins | {FOURTH}) == "unknown"
    assert folder.state("another", wins) == "unknown"
    folder.mark_primed("w", frozenset({FOURTH}))
    assert folder.state("w", wins | {FOURTH}) == "warm"


@pytest.mark.parametrize("lose", [Path.unlink, lambda path: path.write_bytes(b"damaged")])
def test_caches_that_lost_entries_since_they_were_primed_are_not_warm(
    tmp_path: Path, lose: Callable[[Path], object]
) -> None:
    folder, wins = CacheFolder(tmp_path), frozenset({SECOND})
    cache = DiskCache(tmp_path / "scores.sqlite", "scope")
    cache.put({"a": "1"})
    cache.close()
    folder.mark_primed("w", wins)
    assert folder.state("w", wins) == "warm"
    lose(tmp_path / "scores.sqlite")
    assert folder.state("w", wins) == "unknown"


@pytest.mark.parametrize("note", ["", "[]", "{", f'{{"w": ["{FOURTH}"]}}'])
def test_caches_whose_note_is_lost_are_unknown(tmp_path: Path, note: str) -> None:
    (tmp_path / "dsl.sqlite").touch()
    (tmp_path / "primed.json").write_text(note)
    assert CacheFolder(tmp_path).state("w", frozenset({FOURTH})) == "unknown"


def test_all_programs_of_the_package_can_be_read_so_that_a_run_need_not_look() -> None:
    assert read_programs(Settings().files)[1] == []
