"""What is known of functions that were read."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from optim.arc.dsl import Dsl, DslFiles, default_files, load_dsl
from optim.arc.known import known_functions
from optim.arc.purity import is_immutable
from tests.optim.bench import answers, small
from tests.worked_example import FOURTH, WIN_NAMES


def changed(folder: Path, old: str, new: str) -> Dsl:
    """The default DSL with a text replaced."""
    text = default_files().dsl.read_text()
    assert old in text
    (folder / "dsl.py").write_text(text.replace(old, new))
    (folder / "solvers.py").write_text("")
    return load_dsl(DslFiles(folder / "dsl.py", folder / "solvers.py"))


def test_all_functions_of_the_default_dsl_are_known() -> None:
    dsl = load_dsl(default_files())
    assert known_functions(dsl.functions) == set(dsl.functions)


def test_a_function_that_was_changed_is_not_known_nor_is_what_calls_it(tmp_path: Path) -> None:
    dsl = changed(tmp_path, "indices of object cells", "indices of an object's cells")
    known = known_functions(dsl.functions)
    assert {"toindices", "ulcorner", "recolor", "subgrid"}.isdisjoint(known)
    assert {"hmirror", "upscale"}.isdisjoint(known)
    assert {"rot90", "compose", "canvas"} <= known


def test_a_function_that_another_name_of_the_module_shadows_is_not_known(tmp_path: Path) -> None:
    dsl = changed(tmp_path, "# primitives", "def _sorted(*a, **k):\n    return []\n\n\nsorted = _sorted\n")
    assert "order" not in known_functions(dsl.functions)


def test_a_function_that_was_wrapped_or_replaced_is_not_known(tmp_path: Path) -> None:
    dsl = changed(tmp_path, "def rot180(", "rot90 = lambda grid: [grid]\n\n\ndef rot180(")
    known = known_functions(dsl.functions)
    assert "rot90" not in known and "lefthalf" not in known and "rot180" in known


def test_what_known_functions_gave_on_real_tasks_can_not_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, evaluator = 0, importlib.import_module(f"optim.arc.wins.{FOURTH}").GraphEvaluator

    def end(self: Any) -> None:
        nonlocal seen
        for sample in self._samples:
            for node, value in sample.values.items():
                if node > 0 and self._graph.calls[node] is not None:
                    seen += 1
                    assert is_immutable(value, {}), self._graph.text(node)
        whole(self)

    whole = evaluator.end
    monkeypatch.setattr(evaluator, "end", end)
    answers(small(tmp_path, wins=frozenset(WIN_NAMES)))
    assert seen > 1000
