"""What a bundle holds: the product's own definitions, those that are needed, in a form that Python 3.9 reads."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from optim.bundle.building import ENTRY
from optim.bundle.packing import pack
from profiles.program import ROOT


@pytest.fixture(scope="module")
def packed() -> dict[str, str]:
    """The bundle's modules by their names."""
    return pack(ROOT, ENTRY, "there")


def small(tmp_path: Path, **files: str) -> dict[str, str]:
    """A product of the test's own, packed from ``optim.entry``."""
    (tmp_path / "optim" / "bundle").mkdir(parents=True)
    (tmp_path / "optim" / "bundle" / "compat.py").write_text((ROOT / "optim/bundle/compat.py").read_text())
    for name, text in files.items():
        (tmp_path / "optim" / f"{name}.py").write_text(f"from __future__ import annotations\n{text}")
    return pack(tmp_path, "optim.entry", "there")


def test_each_module_is_python_3_9(packed: dict[str, str]) -> None:
    assert len(packed) > 10
    for name, text in packed.items():
        ast.parse(text, name, feature_version=(3, 9))


def test_nothing_at_a_modules_top_needs_a_package(packed: dict[str, str]) -> None:
    for module, text in packed.items():
        for node in ast.parse(text).body:
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {one.split(".")[0] for one in names} <= sys.stdlib_module_names | {"there"}, module


def test_the_order_of_a_block_is_the_products_own(packed: dict[str, str]) -> None:
    whole = (ROOT / "optim/evidence/measure.py").read_text()
    function = ast.get_source_segment(
        whole, next(one for one in ast.parse(whole).body if getattr(one, "name", "") == "block_order")
    )
    assert function is not None and function in packed["there.optim.evidence.measure"]


def test_what_nobody_calls_stays_behind_with_what_it_imports(tmp_path: Path) -> None:
    packed = small(
        tmp_path,
        entry="from optim.sums import double\n\ndef main() -> int:\n    return double(2)\n",
        sums=(
            "import numpy\n\ndef double(x: numpy.ndarray) -> int:\n    return 2 * x\n\n"
            "def mean(x):\n    return numpy.mean(x)\n"
        ),
    )
    assert "numpy" not in packed["there.optim.sums"].replace("x: numpy.ndarray", "")
    assert "mean" not in packed["there.optim.sums"]


def test_unions_in_isinstance_and_strict_zips_are_rewritten(tmp_path: Path) -> None:
    packed = small(
        tmp_path,
        entry=(
            "def kind(x: object) -> bool:\n    return isinstance(x, int | str | None)  # why\n\n"
            "def pairs(a: list, b: list) -> list:\n    return list(zip(a, b, strict=True))\n"
        ),
    )
    text = packed["there.optim.entry"]
    assert (
        "isinstance(x, (int, str, type(None)))" in text and "compat" in text and "strict_zip(a, b, strict=True)" in text
    )
    assert "strict_zip" in packed["there.optim.bundle.compat"]


def test_imports_within_functions_are_renamed(tmp_path: Path) -> None:
    packed = small(
        tmp_path,
        entry="def late() -> int:\n    from optim.other import VALUE\n\n    return VALUE\n",
        other="VALUE = 7\nREST = 8\n",
    )
    assert "from there.optim.other import VALUE" in packed["there.optim.entry"]
    assert "REST" not in packed["there.optim.other"]
