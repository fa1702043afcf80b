"""The real samples, with what they must give. Skipped where they do not lie beside the project."""

import pytest

from profiles.breakdown import unaccounted_seconds
from tests.profiles.importers.files import SAMPLES, needs_samples, read, rules_of, sample

pytestmark = needs_samples

#: File: format, wall-clock, tasks, cache state, hits and lookups of inlining and of validation.
FIGURES = {
    "run_100_cold.log": ("run_batt", 126.070, 100, "cold", (15_963, 16_000), (0, 3_200)),
    "run_100_cold.web_paste.txt": ("kaggle-web", 138.292, 100, "cold", (15_963, 16_000), (0, 3_200)),
    "run_100_cold.ipynb": ("notebook", 138.292, 100, "cold", (15_963, 16_000), (0, 3_200)),
    "run_100_warm.kaggle.log": ("kaggle-log", 132.047, 100, "warm", (16_000, 16_000), (3_200, 3_200)),
    "run_10_cold.log": ("run_batt", 176.518, 10, "cold", (1_499, 1_536), (0, 256)),
    "run_2_telemetry.log": ("run_batt", 15.208, 2, "cold", (410, 448), (0, 64)),
    "card_10.log": ("run_batt", 18.712, 10, "unknown", (1_408, 1_440), (0, 288)),
}
#: Pasted piece: wall-clock, tasks, and the findings that its claims deserve.
PASTED = {
    "01_100task_100timeouts_cache_cold.txt": (None, 100, {"every_task_timed_out", "called_cold_or_warm"}),
    "05_phase3_timing_25.248s.txt": (25.248, None, {"last_task_as_total", "phases_below_whole"}),
    "07_phase2a_100task_timing_tree_24.818s.txt": (24.818, None, {"residual_as_category"}),
    "10_phase2b_100task_24.813s.txt": (
        24.813,
        100,
        {"saved_more_than_spent", "saved_is_hits_times_constant", "good_with_timeouts_or_errors"},
    ),
    "28_week6a_cold_cache.txt": (None, None, {"saved_is_hits_times_constant"}),
    "30_week6a_component_table_2.932s.txt": (2.932, None, {"residual_as_category", "concurrent_as_wall_clock"}),
}


def one(*names):
    (run,) = read(*(sample(name) for name in names)).records
    return run


@pytest.mark.parametrize("name", FIGURES)
def test_a_sample_gives_its_figures(name):
    form, wall, tasks, state, inlining, validation = FIGURES[name]
    preview = read(sample(name))
    (run,) = preview.records
    caches = {cache.name: (cache.hits, cache.lookups) for cache in run.caches}
    assert (preview.files[0].form, run.wall_seconds, run.workload.tasks, run.cache_state) == (form, wall, tasks, state)
    assert caches == {"inlining": inlining, "validation": validation}
    assert not preview.files[0].losses


@pytest.mark.parametrize("name", ["run_100_cold.log", "run_100_cold.web_paste.txt", "run_100_warm.kaggle.log"])
def test_a_hundred_timeouts_without_a_line_that_reports_one_are_not_credible(name):
    found = rules_of(one(name))["every_task_timed_out"]
    assert (found.severity, found.claimed) == ("error", "100 tasks - 100 timeouts")
    assert "not credible: no line reports a timeout" in found.follows


def test_what_no_sum_covers_is_unaccounted():
    run = one("run_100_cold.log")
    assert unaccounted_seconds(run) == pytest.approx(126.070 - 99.929 - 0.119, abs=1e-6)
    assert not any("unaccounted" in phase.path for phase in run.phases)


def test_the_kernel_logs_arrivals_give_durations_that_add_up_to_the_run():
    run = one("run_100_warm.kaggle.log")
    assert sum(task.seconds for task in run.tasks) == pytest.approx(run.wall_seconds, rel=0.001)


def test_the_log_and_its_json_lines_are_one_run():
    run = one("run_100_cold.log", "run_100_cold.timing_stats.jsonl")
    assert run.key == one("run_100_cold.log").key
    assert sum(task.seconds for task in run.tasks) == pytest.approx(126.025)


def test_log_timing_and_telemetry_are_one_run_and_show_success_without_result():
    run = one("run_10_cold.inlining_telemetry.jsonl", "run_10_cold.timing_stats.jsonl", "run_10_cold.log")
    assert run.counts["inlining.attempts"] == 1_536
    assert "05a7bcf2, 42a50994" in rules_of(run)["success_without_result"].claimed


def test_the_notebook_and_the_pasted_page_of_one_run_are_one():
    assert len(read(sample("run_100_cold.ipynb"), sample("run_100_cold.web_paste.txt")).runs) == 1


def test_all_samples_together_keep_their_runs_apart():
    files = [sample(path.name) for path in sorted(SAMPLES.iterdir()) if path.is_file() and path.suffix != ".md"]
    assert sorted(run.wall_seconds for run in read(*files).records) == [
        15.208, 18.712, 126.07, 132.047, 138.292, 176.518,
    ]  # fmt: skip


@pytest.mark.parametrize("name", PASTED)
def test_a_pasted_piece_gives_its_figures_and_findings(name):
    wall, tasks, rules = PASTED[name]
    run = one(f"pasted/{name}")
    assert run.wall_seconds == wall
    assert (run.workload.tasks if run.workload else None) == tasks
    assert rules <= set(rules_of(run))


def test_the_samples_own_description_is_no_run():
    assert read(sample("README.md")).files[0].refused
