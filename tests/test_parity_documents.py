"""What leaves Quickwin is the same by command and in the app: tracker, results, report, runs and measurements."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from db import queries
from db.engine import open_engine
from db.store import save_profile
from profiles.sessions import write_session
from services.exporting import FORMATS
from tests.cli.place import quickwin
from tests.profiles.test_sessions import session
from tests.test_parity_measuring import PROJECT
from tests.test_parity_runs import places
from tests.views.conftest import Open, open_page, words  # noqa: F401 - fixtures
from tests.views.seed import full_database_file
from views.data import exports
from views.data.connection import forget
from views.parts.progress_documents import DOCUMENTS

__all__ = ["places"]

Places = Callable[[str], None]
#: Per document the command that writes it to a file, and that file.
COMMANDS: dict[str, tuple[tuple[str, ...], str]] = {
    "tracker": (("tracker", "--output", "OUT.md"), "OUT.md"),
    "results": (("report",), "*RESULTS.md"),
    "report": (("report", "--html", "OUT.html"), "OUT.html"),
}


Seed = Callable[[str, str], None]


@pytest.fixture
def seed(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Seed:
    """Goes to a face's place, where the same database is: the worked example with all kinds of evidence, or a project
    that ran twice."""

    def seeded(project: str, face: str) -> None:
        places(face)
        _fill(project, face, tmp_path_factory)
        forget()

    return seeded


def _fill(project: str, face: str, factory: pytest.TempPathFactory) -> None:
    if project == "own":
        Path("quickwin.toml").write_text(PROJECT)
    if face == "app":
        copy(Path("..") / "cli" / "q.db", Path("q.db"))
    elif project == "own":
        for wins in ("none", "all"):
            assert quickwin("run", "--wins", wins, "--label", wins).exit_code == 0
        quickwin("decide", "aloud", "keep", "--because", "I say so", "--force", "nothing is measured yet")
    else:
        copy(full_database_file(factory), Path("q.db"))


def copy(source: Path, target: Path) -> None:
    """As it is, with what lies in its log."""
    with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
        there.backup(here)


def dateless(text: str) -> str:
    """Without the moment at which it was written."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "now", text)


def noted() -> dict[str, str]:
    """The results that the database holds, by name, without their moments."""
    engine = open_engine()
    names = [str(name) for name in queries.documents(engine, "report")["name"]]
    found = {name: dateless(queries.document(engine, "report", name) or "") for name in names}
    engine.dispose()
    return found


def test_every_document_of_the_app_has_its_command() -> None:
    assert set(DOCUMENTS) == set(COMMANDS)


@pytest.mark.parametrize("project", ["the worked example", "own"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_the_same_by_command_and_in_the_app(
    name: str,
    project: str,
    seed: Seed,
    open_page: Open,  # noqa: F811
) -> None:
    command, file = COMMANDS[name]
    seed(project, "cli")
    assert quickwin(*command).exit_code == 0
    [written] = Path().glob(file)
    by_command = written.read_text("utf-8")
    seed(project, "app")
    label, make, *_ = DOCUMENTS[name]
    assert label in [button.proto.label for button in open_page("progress").get("download_button")]
    assert dateless(make()) == dateless(by_command)
    assert len(by_command) > 500


def test_results_that_were_written_are_noted_alike(seed: Seed, places: Places) -> None:
    for face in ("cli", "app"):
        seed("the worked example", face)
        assert noted() == {}
    DOCUMENTS["results"][1]()
    in_app = noted()
    places("cli")
    quickwin("report")
    assert noted() == in_app
    assert all(in_app.values()) and len(in_app) == 1


def test_a_run_is_exported_alike_in_every_format(seed: Seed) -> None:
    seed("the worked example", "cli")
    engine = open_engine()
    save_profile(engine, 1, write_session(session([[["main\x00run.py\x001"], 2.0]])))
    engine.dispose()
    printed = {form: quickwin("export", "1", "--format", form).stdout for form in FORMATS}
    for form in FORMATS:
        quickwin("export", "1", "--format", form, "--output", exports.file_name(1, form))
    seed("the worked example", "app")
    assert exports.formats_of(True) == FORMATS
    for form, text in printed.items():
        assert exports.export(1, form).decode() == text != ""
        assert (Path("..") / "cli" / exports.file_name(1, form)).read_text("utf-8") == text


def test_a_measurement_is_exported_alike(seed: Seed) -> None:
    seed("the worked example", "cli")
    printed = quickwin("export", "--measurement", "1").stdout
    seed("the worked example", "app")
    assert exports.export_of_measurement(1).decode() == printed
    assert exports.measurement_file_name(1).endswith(".json")
