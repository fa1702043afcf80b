import pytest

from optim.evidence.records import Together, TrackerEvidence, WinEvidence
from optim.project.plan import load_plan
from tests.optim.plans import measured
from views.charts import progress as charts
from views.data import progress as data

PLAN = load_plan()
STEPS = data.steps(PLAN, TrackerEvidence())


def test_the_waterfall_has_a_bar_for_every_step() -> None:
    bar = charts.waterfall(STEPS, (12, 14)).data[0]
    assert list(bar.y)[:4] == ["Origin", "Earlier work", "Baseline", "Now"]
    assert bar.x[0] == pytest.approx(42.5)
    assert bar.base[1] == pytest.approx(24.813)
    assert bar.base[1] + bar.x[1] == pytest.approx(42.5)


def test_each_win_stands_on_what_the_one_before_left() -> None:
    ghosts = STEPS[STEPS["kind"] == "planned"]
    assert ghosts["start"].tolist()[1:] == ghosts["end"].tolist()[:-1]
    assert ghosts["start"].iloc[0] == pytest.approx(24.813)


def test_open_wins_that_were_measured_together_end_where_all_together_do() -> None:
    names = [win.name for win in PLAN.wins]
    together = tuple(
        Together(wins=tuple(names[:size]), speedup=1.5**size, measured=True, source="measurement 9")
        for size in range(1, 6)
    )
    steps = data.steps(PLAN, TrackerEvidence(together=together)).set_index("kind")
    ends = steps.loc["planned", "end"].tolist()
    assert ends == pytest.approx([24.813 / 1.5**size for size in range(1, 6)])
    assert steps.loc["together", "end"] == pytest.approx(ends[-1])
    assert "together with those before it" in steps.loc["planned", "note"].iloc[0]


def test_an_open_win_that_was_measured_beside_others_says_so() -> None:
    beside = measured("dsl_cache", config_before="early_exit,solver_body_cache", speedup=2.0)
    evidence = TrackerEvidence(wins=(WinEvidence(win="dsl_cache", measurements=(beside,)),))
    row = data.steps(PLAN, evidence).set_index("win").loc["dsl_cache"]
    assert row["note"] == "measured against solver_body_cache,early_exit at 2.00x, undecided"


def test_what_is_only_planned_is_hatched_and_carries_its_range() -> None:
    drawn = charts.waterfall(STEPS, (12, 14))
    assert list(drawn.data[0].marker.pattern.shape) == [""] * 4 + ["/"] * 5
    assert len(drawn.data[1].x) == 5
    assert all(reach > 0 for reach in drawn.data[1].error_x.array)


def test_the_target_is_a_band_with_its_seconds_in_words() -> None:
    drawn = charts.waterfall(STEPS, (12, 14))
    band = drawn.layout.shapes[0]
    assert (band.x0, band.x1) == (12, 14)
    assert "12–14 s" in drawn.layout.annotations[0].text
