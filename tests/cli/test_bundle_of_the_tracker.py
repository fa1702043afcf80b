"""The tracker's own system is measured by a bundle, where its checkout lies beside this one, prepared as
examples/run_batt/README.md says (``QUICKWIN_TRACKER`` names another place). Its Python is the ``python`` on PATH."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.bundles import there
from tests.cli.place import ROOT, quickwin

CHECKOUT = Path(os.environ.get("QUICKWIN_TRACKER") or ROOT.parent / "tokpidjin")
NEEDED = ("run_batt.py", "batt.py", "prepared.tar", "../arc-prize-2025")


@pytest.mark.slow
@pytest.mark.skipif(
    not all((CHECKOUT / name).exists() for name in NEEDED), reason="no prepared checkout beside this one"
)
def test_the_trackers_system_is_measured_by_a_bundle_and_comes_home(place: Path) -> None:
    shutil.copy(ROOT / "examples/run_batt/quickwin.toml", place)
    assert quickwin("bundle").exit_code == 0
    words = ["measure", "none", "inlining_cache", "--blocks", "1", "--folder", str(CHECKOUT), "--machine", "Kaggle"]
    done = there(*words, folder=place, program=shutil.which("python") or "python")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    (place / "kernel.log").write_text(done.stdout)
    told = quickwin("import", "kernel.log", "--yes")
    assert "4 runs stored" in told.output and "blocks from elsewhere" in told.output
