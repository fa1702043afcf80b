"""What a run says while it lasts."""

from __future__ import annotations

import pytest

from cli._progress import LONG_SECONDS, duration, progress_bar
from optim.arc.outlook import Earlier, Outlook
from optim.arc.workers.supervisor import Progress


def _outlook(seconds: float) -> Outlook:
    return Outlook([("t0", 1)], earlier=Earlier(source="by run 7", seconds={"t0": seconds}))


def test_a_long_run_says_once_and_before_its_first_task_how_long_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("all cold") as show:
        for _ in range(3):
            show(Progress(0, 4, [("t0", "score")], _outlook(3 * LONG_SECONDS)))
    assert " ".join(capsys.readouterr().err.split()).count("all cold will take about 30 s, by run 7") == 1


@pytest.mark.parametrize(("seconds", "quiet"), [(1.0, False), (3 * LONG_SECONDS, True)], ids=["short", "quiet"])
def test_a_short_run_and_a_quiet_one_do_not(seconds: float, quiet: bool, capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("all cold", quiet=quiet) as show:
        show(Progress(0, 4, [], _outlook(seconds)))
    assert "will take" not in capsys.readouterr().err


def test_a_duration_is_told_in_units_that_a_person_thinks_in() -> None:
    assert [duration(seconds) for seconds in (6.6, 59.4, 200, 7500)] == ["7 s", "59 s", "3 min 20 s", "2 h 5 min"]
