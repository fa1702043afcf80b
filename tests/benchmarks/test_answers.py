"""The benchmark of answers: what it runs, on which data, and that it goes on where it was stopped."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import answers
from benchmarks._own_data import own_data
from optim.arc.dsl import load_dsl
from optim.arc.known import known_functions
from optim.arc.settings import Settings
from optim.arc.workload import prepare, read_programs
from profiles.configs import Config
from profiles.records import RunRecord, TaskRecord

WINS = ("a", "b", "c", "d", "e", "f")


def test_eight_different_configs_cover_every_pair_of_six_wins_in_all_four_states() -> None:
    configs = answers.covering(WINS)
    assert len(set(configs)) == len(configs) == 8
    for one, two in itertools.combinations(WINS, 2):
        assert {(one in config, two in config) for config in configs} == set(itertools.product((False, True), repeat=2))


def test_own_data_is_another_dsl_whose_programs_still_solve_their_tasks(tmp_path: Path) -> None:
    own = own_data(tmp_path / "own")
    settings = Settings(tasks=400, **own)
    work, dsl = prepare(settings), load_dsl(settings.files)
    library, skipped = read_programs(work.files)
    assert len(work.tasks) == 400 and set(library) >= {task.task_id for task in work.tasks[:100]}
    assert not skipped and not work.skipped
    assert set(dsl.functions) - known_functions(dsl.functions) >= {"turned", "tophalf", "bottomhalf"}
    assert "rot180" not in dsl.functions and dsl.constants["ORIGIN"] == (0, 0)
    task = work.tasks[0]
    record = answers.run(replace(settings, task_ids=(task.task_id,), candidates=4), frozenset(), str(tmp_path / "c"))
    assert record.tasks[0].solved


def _record(settings: Settings, config: Config, caches: str) -> RunRecord:
    task = TaskRecord(task_id="t", index=0, seconds=1.0, timeouts=1)
    return RunRecord(key="k", label="l", results_fingerprint="f", wall_seconds=1.0, tasks=(task,))


def test_what_is_in_the_file_is_not_run_again_and_a_line_that_was_cut_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(answers, "run", _record)
    file, configs = tmp_path / "answers.jsonl", answers.all_configs(("a", "b"))
    rows = answers.measure(Settings(), configs, "q", file)
    assert len(rows) == 2 * len(configs) and {row.timeouts for row in rows} == {1}
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines[:-2], lines[-1][:20]]) + "\n")
    capsys.readouterr()
    assert sorted(map(str, answers.measure(Settings(), configs, "q", file))) == sorted(map(str, rows))
    assert capsys.readouterr().out.count("cold") == 1
    assert answers.rows_of(file, "another") == []
