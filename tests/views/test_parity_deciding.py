"""Deciding is the same on the command line and on the page, whatever is decided and whatever the evidence says."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from db import queries, store
from db.engine import open_engine
from optim.evidence.verdicts import VERDICTS
from services.deciding import DECISIONS
from services.project import current_project
from tests.cli.place import quickwin
from tests.views.conftest import Open, words
from tests.views.databases import measured
from views.data.connection import forget

#: No measurement, and each verdict that one may have.
EVIDENCE = (None, *VERDICTS)


At = Callable[[str, str | None], None]


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str | None], Path]:
    """The database of each verdict, made once."""
    folder = tmp_path_factory.mktemp("seeded")

    @cache
    def made(verdict: str | None) -> Path:
        file = folder / f"{verdict}.db"
        seed(f"sqlite:///{file}", verdict)
        return file

    return made


@pytest.fixture
def at_face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seeded: Callable[[str | None], Path]) -> At:
    """Turns to a face, with a database of its own on that verdict."""

    def go(face: str, verdict: str | None) -> None:
        shutil.copy(seeded(verdict), tmp_path / f"{face}.db")
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / face}.db")
        monkeypatch.setenv("QUICKWIN_HOME", str(tmp_path / face))
        forget()

    return go


def win() -> str:
    return current_project().names[0]


def seed(url: str, verdict: str | None) -> None:
    """A database in which the first win was measured with that verdict, or not at all."""
    engine = open_engine(url)
    if verdict is not None:
        arms = [{"name": "A", "config": "none"}, {"name": "B", "config": win()}]
        number = store.begin_measurement(engine, {"kind": "pair", "arms": arms, "cache_state": "cold"})
        for position, (arm, config) in enumerate((("A", frozenset[str]()), ("B", frozenset({win()}))), 1):
            run_id = store.store_run(engine, measured(position, config=config))[0]
            store.add_block_run(engine, number, 1, arm, position, run_id)
        told = {"verdict": verdict, "speedup": 1.2, "low": 1.1, "high": 1.3, "blocks": 1, "reason": "Because."}
        store.update_measurement(engine, number, status="finished", verdict=told)
    engine.dispose()


def logged() -> list[dict[str, Any]]:
    engine = open_engine()
    log = queries.decisions(engine).drop(columns="decided_at").astype(object)
    engine.dispose()
    return list(log.where(log.notna(), None).to_dict("records"))


def by_command(decision: str, against: str) -> str:
    words = ["decide", win(), decision, "--because", "I say so", *(["--force", against] if against else [])]
    result = quickwin(*words)
    return result.stdout + result.stderr


def by_page(open_page: Open, decision: str, against: str) -> tuple[str, bool]:
    """What the page says then; and whether it asked why to decide against the evidence."""
    page = open_page("decide", win=win())
    page.get_by_key(f"decide.decision.{win()}").set_value(decision)
    page.text_area(key=f"decide.because.{win()}").set_value("I say so").run()
    asks = any(field.key == f"decide.against.{win()}" for field in page.text_input)
    if against and asks:
        page.text_input(key=f"decide.against.{win()}").set_value(against).run()
    button = page.button(key=f"decide.submit.{win()}")
    if not button.disabled:
        button.click().run()
    return words(page), asks


@pytest.mark.parametrize("verdict", EVIDENCE, ids=str)
@pytest.mark.parametrize("decision", DECISIONS)
def test_a_decision_is_allowed_forced_and_logged_alike(
    decision: str,
    verdict: str | None,
    at_face: At,
    open_page: Open,
) -> None:
    said_on_page, log_of_page, asks = "", [], True
    for against in ("", "all the same"):
        at_face(f"command {against}", verdict)
        said_by_command, log_of_command = by_command(decision, against), logged()
        if asks:  # a page that does not ask why can not be told: the same is done as before
            at_face(f"page {against}", verdict)
            (said_on_page, asks), log_of_page = by_page(open_page, decision, against), logged()
        assert log_of_command == log_of_page
        for entry in log_of_command:
            assert entry["forced"] == ("against the evidence" in entry["because"])
            assert f"decision 1: {decision} {win()}" in said_by_command.lower()
            assert f"decision 1: {decision} {win()}" in said_on_page.lower()


def test_who_decides_is_in_the_log_of_both(at_face: At, open_page: Open) -> None:
    for face in ("command", "page"):
        at_face(face, "faster")
        by_command("keep", "") if face == "command" else by_page(open_page, "keep", "")
        assert logged()[0]["who"]
