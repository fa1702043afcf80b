"""Running, measuring, attributing and going on, by command and in the app: the same is done, kept and said.

Really run, in a project whose command is done at once. What a clock or a coin gave is left out of what is compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from db import queries, store
from db.engine import open_engine
from services import continuing
from services.workloads import first_run
from tests.cli.place import quickwin
from tests.test_parity_runs import places
from tests.views.conftest import Open, open_page, words  # noqa: F401 - fixtures
from views.actions import measuring as actions
from views.data.connection import forget

__all__ = ["places"]

Places = Callable[[str], None]
PROJECT = """
[project]
name = "quick"
id = "one and the same"
[pipeline]
command = "sh -c 'echo {rows}'"
parameters = { rows = 3 }
answers = { stdout = true }
[[win]]
name = "isolated"
on = { args = ["-"] }
[[win]]
name = "aloud"
on = { env = { ALOUD = "1" } }
"""
#: Of a run, what does not depend on when and how fast it was.
OF_A_RUN = (
    *("label", "pipeline", "config", "cache_state", "status", "source", "workload", "workload_description", "tasks"),
    *("errors", "timeouts", "results_fingerprint", "machine", "profiled", "tags", "note"),
)
#: Of a spec, what a coin or the history gave.
GIVEN = ("order_seed", "prediction")


def at(face: str, places: Places, project: bool = True) -> None:
    places(face)
    if project:
        Path("quickwin.toml").write_text(PROJECT)
    forget()


def runs() -> list[dict[str, Any]]:
    engine = open_engine()
    found = queries.runs(engine, sort="id", descending=False, deleted=None)[list(OF_A_RUN)].astype(object)
    engine.dispose()
    return list(found.where(found.notna(), None).to_dict("records"))


def measurement(number: int = 1) -> dict[str, Any]:
    """A measurement without what a clock or a coin gave, with the arms of each of its blocks."""
    engine = open_engine()
    found, blocks = queries.measurement(engine, number), queries.blocks(engine, number)
    engine.dispose()
    spec = {name: value for name, value in found.spec.items() if name not in GIVEN}
    arms = {int(block): sorted(part["arm"]) for block, part in blocks.groupby("block")}
    return {"kind": found.kind, "status": found.status, "spec": spec, "blocks": arms, "verdict": found.verdict}


def done(page: AppTest) -> AppTest:
    """Waits for the process that the page started last, then draws the page anew."""
    *_, process = actions.STARTED.values()
    assert process.wait(120) in (0, 1), "it could not be done"
    forget()
    return page.run()


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


@pytest.mark.parametrize("own", [True, False], ids=["a command", "the built-in pipeline"])
def test_a_first_run_is_the_same_by_command_and_in_the_app(
    own: bool,
    places: Places,
    open_page: Open,  # noqa: F811
) -> None:
    at("cli", places, own)
    assert quickwin(*first_run()).exit_code == 0
    by_command = runs()
    at("app", places, own)
    page = open_page("runs")
    assert f"quickwin {' '.join(first_run())}" in words(page)
    done(press(page, "Start a first run"))
    assert runs() == by_command and len(by_command) == 1


def test_a_first_run_that_left_nothing_says_its_last_words(
    places: Places,
    open_page: Open,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("views.parts.runs_start.first_run", lambda: ["run", "--wins", "nonsense"])
    at("app", places)
    page = press(open_page("runs"), "Start a first run")
    *_, process = actions.STARTED.values()
    assert process.wait(60) == 2
    said = " ".join(f"{one.value}" for one in page.run().error) + words(page)
    assert "It ended and left no run" in said and "no win is called nonsense" in said
    assert "Start a first run" in [button.label for button in press(page, "Dismiss").button]


CHOICES: dict[str, tuple[list[str], dict[str, Any]]] = {
    "a pair": (
        ["measure", "none", "aloud", "--set", "rows=5", "--cold", "--blocks", "6", "--minutes", "5"],
        {"before": "none", "after": "aloud", "rows": 5, "blocks": 6, "minutes": 5},
    ),
    "a pair by CPU seconds": (
        ["measure", "none", "none", "--cold", "--blocks", "6", "--minutes", "5", "--metric", "cpu"],
        {"before": "none", "after": "none", "blocks": 6, "minutes": 5, "settled_by": "cpu"},
    ),
    "an attribution": (
        ["attribute", "--cold", "--blocks", "2", "--minutes", "5"],
        {"kind": "all wins", "rounds": 2, "time": 5},
    ),
}


@pytest.mark.parametrize("what", CHOICES)
def test_a_measurement_is_the_same_by_command_and_in_the_app(
    what: str,
    places: Places,
    open_page: Open,  # noqa: F811
) -> None:
    command, query = CHOICES[what]
    at("cli", places)
    printed = quickwin(*command)
    by_command = measurement()
    assert by_command["verdict"]["reason"].split()[0] in printed.stdout
    at("app", places)
    page = open_page("measure", **query)
    page = done(press(page, "Start"))
    in_app = measurement()
    assert alike(in_app) == alike(by_command)
    assert in_app["verdict"]["reason"] in words(page)
    assert plain(runs()) == plain(by_label("cli", places))


def alike(found: Mapping[str, Any]) -> dict[str, Any]:
    """Without the verdict, which the seconds gave, but for what it is of."""
    verdict = found["verdict"] or {}
    return {**found, "verdict": sorted(verdict), "blocks": min(found["blocks"].items())}


def plain(found: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    """The kinds of runs that there are; how many of them, and in which order, a coin decides."""
    return {tuple(row[name] for name in OF_A_RUN if name != "label") for row in found}


def by_label(face: str, places: Places) -> list[dict[str, Any]]:
    places(face)
    return runs()


@pytest.mark.parametrize("kind", ["measure", "attribute"])
def test_what_was_stopped_goes_on_alike(
    kind: str,
    places: Places,
    open_page: Open,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Two blocks more show what 40 do.
    monkeypatch.setattr(continuing, "_MORE_BLOCKS", (2, 2))
    begun = {
        "measure": ["measure", "none", "none", "--blocks", "6"],
        "attribute": ["attribute", "--blocks", "1"],
    }[kind]
    outcomes = []
    for face in ("cli", "app"):
        at(face, places)
        quickwin(*begun)
        _stopped()
        page = open_page("measure", measurement=1)
        captions = [re.sub(r"[\\\u2060]", "", one.value) for one in page.caption]
        caption = next(one for one in captions if one.startswith(f"quickwin {kind} --continue 1"))
        caption = re.sub(r" \(\d+ more\)$", "", caption)
        if face == "cli":
            quickwin(*caption.split()[1:])
        else:
            done(press(page, "Continue"))
        outcomes.append((re.sub(r"\d+$", "", caption), alike({**measurement(), "spec": _without_budget()})))
        assert len(measurement()["blocks"]) >= int(begun[-1])
    assert outcomes[0] == outcomes[1]


def _without_budget() -> dict[str, Any]:
    return {name: value for name, value in measurement()["spec"].items() if name != "max_blocks"}


def _stopped() -> None:
    """The measurement as if it had been stopped, when its verdict could not tell how many blocks it will take."""
    engine = open_engine()
    verdict = {**(queries.measurement(engine, 1).verdict or {}), "more_blocks": None, "forecast": None}
    store.update_measurement(engine, 1, status="stopped", verdict=verdict)
    engine.dispose()
    forget()
