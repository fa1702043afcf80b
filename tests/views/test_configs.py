from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from profiles.configs import stored_text
from services import project as projects
from tests.views.conftest import own_project
from tests.worked_example import all_configs, config_of
from views import configs


def test_a_config_as_it_is_typed_means_the_same_config() -> None:
    for config in all_configs():
        assert config_of(configs.typed(stored_text(config))) == config


def test_all_but_one_win_is_typed_by_the_one() -> None:
    names = projects.current_project().names
    assert configs.typed(stored_text(names[:-1])) == f"all-{names[-1]}"
    assert configs.typed(names[0]) == names[0]


def test_several_wins_are_named_by_their_signs_in_the_projects_order() -> None:
    first, second = projects.current_project().wins[:2]
    text = stored_text([second.name, first.name])
    assert configs.short(text) == "#1 + #2"
    assert configs.named(text).replace("\\", "") == f"#1 + #2 ({first.label}, {second.label})"


def test_what_is_no_config_is_shown_as_it_is() -> None:
    assert configs.typed(None) == "unknown config"
    assert configs.typed("my own,thing\n") == "my own,thing"


def test_the_eleventh_win_has_a_number_that_every_font_has(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_project(monkeypatch, tmp_path, 12)
    assert configs.circled(stored_text(["speed_0", "speed_9", "speed_10"])) == "①⑩(11)"


@pytest.mark.parametrize("show", [configs.short, configs.typed, configs.circled, configs.named])
def test_a_config_that_a_table_does_not_know_is_unknown(show: Callable[[Any], str]) -> None:
    column = pd.Series([None, "none"], dtype="str")
    assert [show(value) for value in (*column, None, "")] == ["unknown config", "none", *["unknown config"] * 2]


def test_a_config_that_lacks_few_is_spelled_by_those(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_project(monkeypatch, tmp_path, 6)
    names = projects.current_project().names
    assert configs.spelled(stored_text(names[2:])) == f"all but {names[0]} and {names[1]}"
    assert configs.spelled(stored_text(names[1:])) == configs.typed(stored_text(names[1:])) == f"all-{names[0]}"
    assert configs.spelled(stored_text(names[:2])) == ",".join(names[:2])
