from itertools import pairwise

import pytest

from optim.evidence.records import Together, TrackerEvidence, WinEvidence
from optim.project.plan import load_plan
from tests.optim.plans import measured
from tests.worked_example import FIRST, FOURTH, THIRD
from views.charts import progress as charts
from views.data import progress as data

PLAN = load_plan()
STEPS = data.steps(PLAN, TrackerEvidence())


def test_the_waterfall_has_a_bar_for_every_step() -> None:
    rows = charts.waterfall(STEPS)
    assert [row.label for row in rows][:4] == ["Origin", "Earlier work", "Baseline", "Now"]
    spans = [(row.parts[0].start, row.parts[0].end) for row in rows]
    assert spans[0] == pytest.approx((0.0, 42.5))
    assert spans[1] == pytest.approx((42.5, 24.813))
    assert [row.value for row in rows][:3] == ["42.5 s", "−17.7 s", "24.8 s"]


def test_a_step_is_joined_to_the_one_that_begins_where_it_ends() -> None:
    rows = charts.waterfall(STEPS)
    joined = [(row, following) for row, following in pairwise(rows) if row.leads_to is not None]
    assert len(joined) == 6 and all(row.leads_to == following.parts[0].start for row, following in joined)


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
    beside = measured(FOURTH, config_before=f"{THIRD},{FIRST}", speedup=2.0)
    evidence = TrackerEvidence(wins=(WinEvidence(win=FOURTH, measurements=(beside,)),))
    row = data.steps(PLAN, evidence).set_index("win").loc[FOURTH]
    assert row["note"] == f"measured against {FIRST},{THIRD} at 2.00x, undecided"


def test_what_is_only_planned_is_hollow_and_carries_its_range() -> None:
    rows = charts.waterfall(STEPS)
    assert [row.parts[0].hollow for row in rows] == [False] * 4 + [True] * 5
    planned = [(row.low, row.parts[0].end, row.high) for row in rows[4:]]
    assert all(low < end < high for low, end, high in planned)
    assert "planned: 3 to 8% saved" in rows[4].words


def test_the_axis_holds_the_bars_and_the_target() -> None:
    rows = charts.waterfall(STEPS)
    assert charts.scale(rows, (12, 14)).high > 42.5
    assert charts.scale(rows, (50, 60)).high > 60
