"""A DSL's fingerprint covers what loading it really reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from optim.arc.dsl import DslFiles, load_dsl
from optim.arc.reading import files_read

HEAD = "def identity(x):\n    return x\n\n\n"
FORMS = {
    "in try": ("try:\n    from parts.shades import SHADE\nexcept ImportError:\n    SHADE = 1\n", "parts/shades.py"),
    "after the first def": (HEAD + "from parts.shades import SHADE\n", "parts/shades.py"),
    "by its name": (
        "import importlib\nSHADE = importlib.import_module('sh' 'ades').SHADE\n",
        "shades.py",
    ),
    "data": (
        "import os\nwith open(os.path.dirname(__file__) + '/sha' + 'des') as file:\n    SHADE = len(file.read())\n",
        "shades",
    ),
    "inside a function": ("def shade(x):\n    from parts.shades import SHADE\n    return SHADE\n", "parts/shades.py"),
    "data inside a function": ("def shade(x):\n    return open('shades.txt').read()\n", "shades.txt"),
}


def dsl_files(folder: Path, text: str, beside: str) -> DslFiles:
    (folder / "parts").mkdir(exist_ok=True)
    (folder / "parts" / "__init__.py").write_text("")
    (folder / "dsl.py").write_text(text + "\n\n" + HEAD)
    (folder / "solvers.py").write_text("def solve_t0(I):\n    x1 = identity(I)\n    return x1\n")
    (folder / beside).write_text("SHADE = 5\n")
    return DslFiles(folder / "dsl.py", folder / "solvers.py")


@pytest.mark.parametrize("form", FORMS)
def test_a_change_of_what_is_read_changes_the_fingerprint(form: str, tmp_path: Path) -> None:
    text, beside = FORMS[form]
    files = dsl_files(tmp_path, text, beside)
    before = (files.fingerprint(files_read(files)), files.fingerprint(load_dsl(files).read))
    assert before == (files.fingerprint(files_read(files)), files.fingerprint(load_dsl(files).read))
    (tmp_path / beside).write_text("SHADE = 60\n")
    after = (files.fingerprint(files_read(files)), files.fingerprint(load_dsl(files).read))
    assert before[0] != after[0] and before[1] != after[1]


def test_what_is_not_read_does_not_change_it(tmp_path: Path) -> None:
    files = dsl_files(tmp_path, *FORMS["in try"])
    before = files.fingerprint(files_read(files))
    (tmp_path / "notes.txt").write_text("nothing")
    assert files.fingerprint(files_read(files)) == before


def test_a_dsl_that_does_not_load_reads_nothing_here_and_is_told_by_the_run(tmp_path: Path) -> None:
    files = dsl_files(tmp_path, "import os\nos._exit(3)\n", "shades.py")
    assert files_read(files) == ()


def test_two_dsls_with_modules_of_one_name_each_get_their_own(tmp_path: Path) -> None:
    values = []
    for shade in (5, 60):
        folder = tmp_path / str(shade)
        folder.mkdir()
        files = dsl_files(folder, "from shades import SHADE\n", "shades.py")
        (folder / "shades.py").write_text(f"SHADE = {shade}\n")
        values.append(load_dsl(files).constants["SHADE"])
    assert values == [5, 60]


def test_a_function_that_lru_cache_wraps_is_a_function(tmp_path: Path) -> None:
    text = "from functools import lru_cache\n\n\n@lru_cache\ndef twice(x):\n    return x + x\n"
    dsl = load_dsl(dsl_files(tmp_path, text, "shades.py"))
    assert dsl.functions["twice"]((1,)) == (1, 1) and dsl.arity["twice"] == 1
