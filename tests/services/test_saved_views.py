"""Views of the history under a name."""

from pathlib import Path

import pytest

from db.engine import open_engine
from services.problems import Problem
from services.saved_views import delete_view, save_view, saved_views


def test_a_view_keeps_what_the_address_held(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'quickwin.db'}")
    query = {"config": ["a,b", "none"], "q": ["ä & b"], "status": [""]}
    save_view(engine, " last week ", query)
    assert saved_views(engine) == {"last week": query}
    save_view(engine, "last week", {"q": ["x"]})
    assert saved_views(engine) == {"last week": {"q": ["x"]}}
    delete_view(engine, "last week")
    assert saved_views(engine) == {}


def test_a_view_without_a_name_and_one_that_is_not_there_are_refused(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'quickwin.db'}")
    with pytest.raises(Problem, match="a view needs a name"):
        save_view(engine, "  ", {})
    with pytest.raises(Problem, match="no view is called 'x'; there is none"):
        delete_view(engine, "x")
