"""Names of wins are data: no module but a win's own may hold one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from optim.arc.wins import win_names

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("app.py", "cli", "db", "optim", "profiles", "services", "views")
#: Migrations rewrite what older versions wrote; the worked example's file is where its names belong.
ALLOWED = ("db/migrations/versions/", "optim/arc/plan.toml", "optim/arc/quickwin.toml")


def modules() -> list[Path]:
    found = [path for part in PARTS for path in (ROOT / part).rglob("*") if path.suffix in (".py", ".toml", ".mako")]
    return sorted([*found, ROOT / "app.py"])


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_no_module_names_a_win_that_is_not_its_own(path: Path) -> None:
    name = relative(path)
    if name.startswith(ALLOWED):
        return
    others = [win for win in win_names() if name != f"optim/arc/wins/{win}.py"]
    named = re.findall(rf"\b(?:{'|'.join(others)})\b", path.read_text())
    assert not named, f"{name} names {', '.join(sorted(set(named)))}"


def test_there_is_a_win_to_look_for_and_its_own_module_names_it() -> None:
    assert win_names()
    assert all(win in (ROOT / "optim" / "arc" / "wins" / f"{win}.py").read_text() for win in win_names())
