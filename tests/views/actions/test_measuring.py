import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from optim.__main__ import main
from views.actions import measuring as actions
from views.data.measuring import ATTRIBUTION, HALF, PAIR, Choice, arguments_to_go_on
from views.problems import ActionProblem
from views.settings import settings


def choice(**changes: object) -> Choice:
    work = {"tasks": 5, "candidates": 30}
    values = {"kind": PAIR, "before": "none", "after": "all", "parameters": work, "cache_state": "cold"}
    return Choice(**{**values, "blocks": 3, "minutes": 1, **changes})  # type: ignore[arg-type]


def finished(pid: int) -> None:
    """Waits for a process of ours."""
    actions.STARTED[pid].wait(20)


def test_what_is_started_gets_a_session_of_its_own_and_a_log(empty: str) -> None:
    pid, log = actions.start(["measure", "--help"])
    assert os.getsid(pid) == pid != os.getsid(0)
    assert log.parent == settings().logs
    finished(pid)
    assert not actions.running(pid)
    assert "Measure config AFTER against config BEFORE" in log.read_text()


def test_the_last_words_of_what_failed_are_kept(empty: str) -> None:
    pid, log = actions.start(["measure", "none", "nonsense"])
    finished(pid)
    assert "nonsense" in actions.tail(log)


def test_a_folder_that_can_not_be_made_is_one_sentence(
    empty: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("QUICKWIN_HOME", str(tmp_path / "file"))
    with pytest.raises(ActionProblem, match="could not be started"):
        actions.start(["measure", "--help"])


def test_there_are_no_last_words_without_a_log(tmp_path: Path) -> None:
    assert actions.tail(tmp_path / "none.log") == ""


@pytest.mark.parametrize("kind", [PAIR, ATTRIBUTION, HALF])
def test_the_command_line_understands_what_the_page_starts(kind: str, empty: str) -> None:
    command, *options = choice(kind=kind).arguments
    made = CliRunner().invoke(main, [command, *options, "--help"])
    assert made.exit_code == 0
    parsed = main.get_command(None, command).make_context(command, options)  # type: ignore[arg-type]
    assert parsed.params["max_blocks"] == 3 and parsed.params["tasks"] == 5


def test_going_on_gives_an_unresolved_measurement_more_blocks() -> None:
    found = {"id": 7, "kind": "pair", "spec": {"max_blocks": 20}, "verdict": {"more_blocks": 12}}
    assert arguments_to_go_on(found, 20) == ["measure", "--continue", "7", "--blocks", "32"]
    assert arguments_to_go_on({**found, "verdict": None, "kind": "attribution"}, 3)[-1] == "20"


def test_a_choice_that_can_not_be_measured_says_why(empty: str) -> None:
    assert choice(blocks=6).problem is None
    assert "no win is called nonsense" in str(choice(after="nonsense").problem)
    assert "2 blocks can never resolve it" in str(choice(blocks=2).problem)
