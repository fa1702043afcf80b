"""What executes a command: where a run of it takes place, the interpreter and its packages included."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from optim.pipelines.external.process import resolved
from optim.pipelines.protocol import RunProblem
from profiles.environment import capture
from profiles.records import Environment

_PYTHON = re.compile(r"(python|pypy)[\d.]*(\.exe)?$")
_SECONDS = 30
_ASK = (
    "import json, platform, sys; from importlib import metadata as m; "
    "print(json.dumps([platform.python_version(), sys.executable, "
    "{d.metadata['Name']: d.version for d in m.distributions() if d.metadata['Name']}]))"
)


def is_python(program: str) -> bool:
    """Whether a command's first word is a Python interpreter."""
    return bool(_PYTHON.match(os.path.basename(program)))


def program_environment(folder: Path, program: str, env: Mapping[str, str]) -> Environment:
    """The environment of runs in this folder; Python and packages are those of the command, where it is a Python."""
    here = capture(folder)
    version: str | None = None
    packages: dict[str, str] = {}
    if is_python(program):
        with contextlib.suppress(RunProblem):  # the run itself will say it
            version, packages = _asked(resolved(program, folder, env), env.get("PYTHONPATH"), env.get("PYTHONHOME"))
    return dataclasses.replace(here, python=version, packages=packages)


@cache
def _asked(path: str, python_path: str | None, python_home: str | None) -> tuple[str | None, dict[str, str]]:
    """An interpreter's version and its packages; nothing where it does not answer."""
    env = {**os.environ, "PYTHONPATH": python_path or "", "PYTHONHOME": python_home or ""}
    env = {name: value for name, value in env.items() if value or name not in ("PYTHONPATH", "PYTHONHOME")}
    try:
        done = subprocess.run([path, "-c", _ASK], env=env, capture_output=True, text=True, timeout=_SECONDS, check=True)
        answer: list[Any] = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None, {}
    return answer[0], dict(sorted(answer[2].items()))
