"""The plan: read, checked, and its errors in one sentence."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optim.arc.wins import all_wins
from optim.project.plan import NEEDS, Plan, PlanProblem, load_plan, plan_path, read_plan
from optim.project.wins import Win
from tests.optim.plans import TEXT, changed, plan
from tests.worked_example import FIRST, FOURTH, PLANNED, THIRD


def test_the_plan_that_comes_with_it_holds_the_trackers_numbers():
    found = load_plan()
    assert (found.origin_seconds, found.baseline.seconds, found.baseline.tasks) == (42.5, 24.813, 100)
    assert (found.target.seconds.low, found.target.seconds.high) == (12, 14)
    assert [(win.number, win.name) for win in found.wins] == list(enumerate(PLANNED, start=1))
    assert [str(win.target_percent) for win in found.wins] == ["3-8", "5-10", "5-10", "10-25", "5-15"]
    assert len(found.wins[0].built) == 8


def test_every_kind_of_evidence_is_explained_in_the_file():
    comments = " ".join(line for line in TEXT.splitlines() if line.startswith("#"))
    assert [one for one in NEEDS if one not in comments] == []


def test_a_target_percent_is_a_speedup_too():
    low_high = plan().win(FOURTH).target_speedup
    assert low_high.low == pytest.approx(1 / 0.9)
    assert low_high.high == pytest.approx(1 / 0.75)


def test_a_win_is_found_by_its_number():
    assert plan().number(4) == plan().win(FOURTH)
    assert plan().number(9) is None


def test_wins_come_in_the_order_of_their_numbers():
    swapped = plan(("number = 1\n", "number = 77\n"))
    assert swapped.wins[-1].name == FIRST


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("[origin]\nseconds = 42.5\n", "[origin]\n"), "origin.seconds must be a number above 0, got nothing"),
        (("[origin]\nseconds = 42.5\n", "[[origin]]\nseconds = 42.5\n"), "origin must be a table: [origin]"),
        (("seconds = 42.5", "seconds = -1"), "origin.seconds must be a number above 0, got -1"),
        (("seconds = 42.5", "seconds = nan"), "origin.seconds must be a number above 0, got nan"),
        (("seconds = 42.5", "seconds = true"), "origin.seconds must be a number above 0"),
        (("seconds = 42.5", "secnds = 42.5"), "origin.seconds"),
        (("tasks = 100", "tasks = 100\ntaks = 3"), "baseline.taks is not a field; known here: name, date"),
        (("date = 2025-10-17", 'date = "Oct 17"'), "baseline.date must be a date such as 2025-10-17"),
        (("date = 2025-10-17", "date = 2025-10-17T10:00:00"), "baseline.date must be a date"),
        (("hits = 480", "hits = 4800"), "baseline.cache[2].hits must be a whole number from 0 to 3200, got 4800"),
        (("seconds = [12, 14]", "seconds = [14, 12]"), "target.seconds must be a range [low, high]"),
        (("seconds = [12, 14]", "seconds = [12, 30]"), "target.seconds must lie below baseline.seconds (24.813)"),
        (("target_percent = [3, 8]", "target_percent = [8, 3]"), "win[1].target_percent must be a range"),
        (("target_percent = [3, 8]", "target_percent = [3, 100]"), "win[1].target_percent must be a range"),
        ((f'name = "{THIRD}"', 'name = "early_exti"'), f"win[3].name must be a win, one of {FIRST}"),
        ((f'name = "{THIRD}"', f'name = "{FOURTH}"'), f"win.name {FOURTH} was given twice"),
        (("number = 2", "number = 1"), "win.number 1 was given twice"),
        (('cache = "inlining"', 'cache = "inlinign"'), "cache must be one of inlining, validation, got inlinign"),
        (('needs = "correct"', 'needs = "corect"'), "items[1].needs must be what this list can wait for"),
        (('title = "Early Exit Scoring"', 'title = ""'), "win[3].title must be one line of text"),
        (('title = "Early Exit Scoring"', 'title = "a\\nb"'), "win[3].title must be one line of text"),
        (("- `solver_body", "`solver_body"), "win[1].built must be a list, each line beginning with '- '"),
        (('"Phase 2a" =', '"Phase: 2a" ='), "earlier must be a table whose names"),
        (("[target]", "[target"), "not TOML"),
    ],
)
def test_what_is_wrong_with_a_plan_is_said_in_one_sentence(change, said):
    with pytest.raises(PlanProblem) as problem:
        read_plan(changed(change), "mine.toml", all_wins())
    sentence = str(problem.value)
    assert sentence.startswith("mine.toml: ")
    assert said in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("win", PLANNED)
def test_a_win_of_the_pipeline_that_the_plan_does_not_name_is_beyond_the_plan(win):
    without = re.sub(
        rf'\[\[win\]\]\nname = "{win}".*?(?=\n\[\[(?:win|checklist)\]\]|\n# The testing)', "", TEXT, flags=re.S
    )
    found = read_plan(without, declared={name: all_wins()[name] for name in PLANNED})
    assert [one.name for one in found.wins if not one.planned] == [win]
    assert found.wins[-1].title == all_wins()[win].title


def test_the_plan_overrides_what_a_win_declares_of_itself():
    declared = Win(name=THIRD, number=9, title="Its own", label="Mine", hypothesis="mine", addresses=(("score",),))
    found = read_plan(TEXT, declared={**all_wins(), THIRD: declared}).win(THIRD)
    assert (found.number, found.title) == (3, "Early Exit Scoring")
    assert (found.label, found.addresses) == ("Mine", (("score",),))


def test_the_environment_names_another_plan_and_an_argument_goes_before_it(tmp_path: Path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / name).write_text(changed(("Progress Tracker", name)))
    monkeypatch.setenv("QUICKWIN_PLAN", str(tmp_path / "one"))
    assert load_plan().title == "Phase 4 Optimization one"
    assert load_plan(tmp_path / "two").title == "Phase 4 Optimization two"


def test_without_an_environment_it_is_the_file_beside_the_module(monkeypatch):
    monkeypatch.delenv("QUICKWIN_PLAN", raising=False)
    assert plan_path().name == "quickwin.toml"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"x = " + b"9" * 5000, b"a = " + b"[" * 5000])
def test_a_file_that_is_no_text_or_not_there_is_a_plan_problem(tmp_path: Path, content):
    path = tmp_path / "plan.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PlanProblem):
        load_plan(path)


LINES = TEXT.splitlines()
VALUES = [
    "",
    "0",
    "-1",
    "nan",
    "inf",
    "1e400",
    "true",
    '""',
    '"x"',
    "[]",
    "[1, 2]",
    "{}",
    "[[]]",
    "2025-10-17",
    "10**9",
]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(LINES) - 1), st.sampled_from(["drop", "double", "value", "text"])), max_size=4
    ),
    st.sampled_from(VALUES),
    st.text(max_size=20),
)
def test_a_changed_plan_is_a_plan_or_a_plan_problem(changes, value, text):
    lines = list(LINES)
    for at, kind in changes:
        name = lines[at].partition("=")[0]
        replaced = {"drop": "", "double": f"{lines[at]}\n{lines[at]}", "value": f"{name}= {value}", "text": text}
        lines[at] = replaced[kind]
    try:
        assert isinstance(read_plan("\n".join(lines)), Plan)
    except PlanProblem as problem:
        assert str(problem).startswith("plan.toml: ")
