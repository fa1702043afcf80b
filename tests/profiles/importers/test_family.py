"""What holds for every importer: it is described, it has a test, it knows its own files only."""

import importlib
import pkgutil
from pathlib import Path

import pytest

import profiles.importers
from profiles.importers import ImportProblem, Source, UnknownLogFormat, all_importers, recognize
from tests.profiles.importers.files import FIXTURES, form_of

EVERY = pytest.mark.parametrize("importer", all_importers(), ids=lambda one: one.name)
#: Which importer reads a fixture, by how its name begins.
FORMS = {
    "inlining_telemetry": "inlining-telemetry",
    "kaggle_log": "kaggle-log",
    "kaggle_web": "kaggle-web",
    "notebook": "notebook",
    "run_batt": "run_batt",
    "timing_stats": "timing-stats",
}


def modules():
    names = [one.name for one in pkgutil.iter_modules(profiles.importers.__path__)]
    return [name for name in names if name[0] != "_" and name != "base"]


@EVERY
def test_an_importer_is_described(importer):
    assert importer.name and importer.title and importer.description.endswith(".")


def test_names_of_importers_differ():
    assert len({one.name for one in all_importers()}) == len(all_importers()) == len(modules())


@pytest.mark.parametrize("name", modules())
def test_an_importer_has_a_docstring_and_a_test(name):
    assert importlib.import_module(f"profiles.importers.{name}").__doc__
    here = Path(__file__).parent
    assert (here / f"test_{name}.py").exists(), f"tests/profiles/importers/test_{name}.py is missing"


@pytest.mark.parametrize("path", sorted(FIXTURES.iterdir()), ids=lambda path: path.name)
def test_a_fixture_is_recognized_by_content_by_its_own_importer(path):
    wanted = next(form for start, form in FORMS.items() if path.name.startswith(start))
    assert form_of(path.read_bytes()) == wanted


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"\x7fELF\x02\x01\x01", "this is a program"),
        (b"\x89PNG\r\n\x1a\n", "a picture; the text that it shows would work"),
        (b"\x0a\x16\x08\x01\xff\x00\x00", "would have to be exported as JSON or CSV"),
        (b'{"hello": 1}', "JSON of another program"),
        (b"hello, this is a letter\n", "it begins with 'hello, this is a letter"),
        (b"# notes\n\n- buy milk 2.50\n", "no times could be told apart"),
    ],
)
def test_what_no_importer_knows_is_refused_with_what_would_work_in_peoples_words(data, looks):
    with pytest.raises(UnknownLogFormat, match="what would work: the text that a run printed") as problem:
        recognize(Source(name="x", data=data))
    sentence = str(problem.value)
    assert looks in sentence and isinstance(problem.value, ImportProblem)
    assert not any(one.name in sentence for one in all_importers() if "-" in one.name or "_" in one.name)


def test_an_error_inside_an_importer_module_escapes(monkeypatch, tmp_path):
    (tmp_path / "broken.py").write_text("raise ZeroDivisionError")
    monkeypatch.setattr(profiles.importers, "__path__", [str(tmp_path)])
    with pytest.raises(ZeroDivisionError):
        all_importers.__wrapped__()
