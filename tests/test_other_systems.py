"""Where modules and functions of Unix are missing, everything can be imported, read and looked at all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from profiles.system import NO_PROCESS_GROUPS

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("cli", "db", "optim", "profiles", "services", "views")
#: Other people's packages first: which of these modules they need is theirs. Then they are gone, as on Windows.
WINDOWS = """
import os, signal, subprocess, sys
import alembic, click, numpy, pandas, plotly.graph_objects, psutil, rich.console, rich.progress, scipy.stats
import sqlalchemy.dialects.postgresql, sqlalchemy.dialects.sqlite, streamlit, streamlit.testing.v1, tomlkit
for name in ("fcntl", "resource", "pwd", "grp", "termios", "pty"):
    sys.modules[name] = None
for name in ("killpg", "getuid", "geteuid", "sysconf", "wait4", "fork", "posix_spawn", "setsid", "sched_getaffinity"):
    delattr(os, name)
for name in ("SIGKILL", "SIGALRM", "SIGXCPU", "SIGPROF", "SIGHUP", "setitimer", "ITIMER_PROF"):
    delattr(signal, name)
subprocess.Popen.kill = lambda process: os.kill(process.pid, 9)
os.environ.setdefault("USERNAME", "somebody")
"""


def other_system(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "USER": "somebody", "DATABASE_URL": f"sqlite:///{folder}/q.db"}
    return subprocess.run(
        [sys.executable, "-c", WINDOWS + code], cwd=folder, env=env, text=True, capture_output=True, timeout=300
    )


def modules() -> list[str]:
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in paths]
    return [name for name in names if not name.endswith(("__main__", "migrations.env"))]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """What one process on such a system says: commands, each with what it imports itself, and then every module."""
    folder = tmp_path_factory.mktemp("there")
    log = "run_batt.py:1: -- t0 - 0 start --\n1 tasks - 0 timeouts\nTiming summary (seconds):\n  main.run_batt  6.412\n"
    (folder / "run.log").write_text(log)
    (folder / "quickwin.toml").write_text(
        '[pipeline]\ncommand = "python x.py"\n[[win]]\nname = "fast"\non = { args = ["-f"] }\n'
    )
    child = "from profiles.intake import child\nchild._restrain(child.Limits(), 1)\nchild._allow_cpu(1)\n"
    code = child + "from cli._main import main\nfor words in {!r}:\n    main(words, standalone_mode=False)\n"
    last = "print('all done')\ntry: main(['measure', 'none', 'fast'], standalone_mode=False)\n"
    last += "except BaseException: import traceback; traceback.print_exc()\n"
    imports = f"import importlib\nfor name in {modules()!r}: importlib.import_module(name)"
    return other_system(code.format([["import", "run.log", "--yes"], ["runs"], ["show", "1"]]) + last + imports, folder)


def test_every_module_can_be_imported(there: subprocess.CompletedProcess[str]) -> None:
    assert there.returncode == 0, there.stderr[-2000:]


def test_a_log_is_imported_and_listed_and_a_measurement_says_what_would_work(
    there: subprocess.CompletedProcess[str],
) -> None:
    assert "6.41" in there.stdout and "all done" in there.stdout, there.stderr[-2000:]
    assert NO_PROCESS_GROUPS in there.stderr, there.stderr[-2000:]
