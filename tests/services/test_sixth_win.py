"""A win that comes later changes nothing that was measured, decided or stored before it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db import queries
from db.engine import open_engine
from optim.arc.wins import all_wins
from optim.evidence.assembly import rows
from optim.plan.report import results_document
from optim.plan.standing import standing
from optim.plan.tracker import render
from optim.project.wins import Win
from profiles.configs import stored_text
from services import project as projects
from services.account import gather
from tests.db.version_1 import unpack
from tests.projects import with_wins
from tests.worked_example import FOURTH

#: Alphabetically first, so that every order by name would move.
SIXTH = Win(name="aaa_first", addresses=(("score",),))


@pytest.fixture
def history(tmp_path: Path) -> Iterator[Engine]:
    """A database of version 1 with measurements of the five wins that there were."""
    engine = open_engine(f"sqlite:///{unpack(tmp_path / 'quickwin.db')}")
    yield engine
    engine.dispose()
    projects._read.cache_clear()


def told(engine: Engine) -> dict[str, Any]:
    """Everything that the project at hand says of the history: by name, so that a difference names its place."""
    project = projects.current_project()
    evidence = gather(engine, project)
    now = standing(project.plan, evidence)
    found: dict[str, Any] = {f"verdict of {row.win}": row for row in evidence.wins}
    found |= {f"joint {sorted(one.wins)}": one for one in evidence.together}
    found |= {"standing": now, "groups": rows(queries.groups(engine)), "choices": queries.filter_values(engine)}
    found |= {f"runs with {name}": queries.runs(engine, win=name, limit=500)["id"].tolist() for name in all_wins()}
    found["runs with all five"] = queries.runs(engine, config=stored_text(all_wins()), limit=500)["id"].tolist()
    found["tracker"] = render(project.plan, evidence).splitlines()
    found["results"] = results_document(project.plan, evidence, now).splitlines()
    return found


def test_a_sixth_win_changes_no_verdict_group_query_or_line(history: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    before = told(history)
    project = with_wins(monkeypatch, *all_wins().values(), SIXTH)
    assert [win.name for win in project.wins][-1] == SIXTH.name
    after = told(history)
    for document in ("tracker", "results"):
        lines = iter(after.pop(document))
        missing = [line for line in before.pop(document) if line not in lines]
        assert missing == []
    assert {name: after[name] for name in before} == before
    added = {name: value for name, value in after.items() if name not in before}
    assert list(added) == [f"verdict of {SIXTH.name}"]
    assert added[f"verdict of {SIXTH.name}"].measured is None


def test_what_never_ran_with_the_sixth_win_is_never_shown_as_such(
    history: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = stored_text(all_wins())
    assert projects.current_project().label(every) == "all"
    with_wins(monkeypatch, *all_wins().values(), SIXTH)
    assert projects.current_project().label(every) == f"all-{SIXTH.name}"
    assert queries.runs(history, win=SIXTH.name).empty
    assert stored_text(projects.current_project().config("all")) != every
    lines = render(projects.current_project().plan, gather(history, projects.current_project())).splitlines()
    assert "- After Quick Win #6: (pending)" in lines


@pytest.mark.parametrize("name", ["dsl_cach", "sl_cache", "DSL_CACHE", "dsl%cache"])
def test_a_query_for_a_win_takes_its_name_whole_and_in_its_own_letters(history: Engine, name: str) -> None:
    assert not queries.runs(history, win=FOURTH).empty
    assert queries.runs(history, win=name).empty
