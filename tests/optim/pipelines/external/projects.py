"""Small projects on the disk: scripts that write answers and keep caches, in folders with spaces and umlauts."""

from __future__ import annotations

import subprocess
import textwrap
from pathlib import Path
from typing import Any

from optim.pipelines.external.pipeline import CommandPipeline
from optim.pipelines.external.session import CommandSession
from optim.pipelines.external.switching import Toggle
from optim.pipelines.protocol import Job, Target
from optim.project.command import Command, Switch

SCRIPT = """
    import os, pathlib, sys, time
    rows = int(sys.argv[sys.argv.index("--rows") + 1])
    cache = pathlib.Path(".cache")
    kept = cache / "kept.txt"
    warm = kept.exists()
    cache.mkdir(exist_ok=True)
    kept.write_text("1")
    pathlib.Path("out").mkdir(exist_ok=True)
    pathlib.Path("out/answer.csv").write_text(f"rows,{rows}\\nmean,{1 / 3 + ('--fast' in sys.argv) * 1e-12}\\n")
    print("warm" if warm else "cold", "--fast" in sys.argv, os.environ.get("LEVEL"))
"""


def project(
    folder: Path, script: str = SCRIPT, toggles: dict[str, Toggle] | None = None, **fields: Any
) -> CommandPipeline:
    """A project whose command is this script."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "job.py").write_text(textwrap.dedent(script))
    toggles = (
        toggles
        if toggles is not None
        else {
            "fast": Toggle(on=Switch(args=("--fast",))),
            "level": Toggle(on=Switch(env={"LEVEL": "2"}), off=Switch(env={"LEVEL": "1"})),
        }
    )
    defaults: dict[str, Any] = {"command": "{python} job.py --rows {rows}", "parameters": {"rows": 5}}
    return CommandPipeline(name="toy", folder=folder, command=Command(**{**defaults, **fields}), toggles=toggles)


def job(
    tmp_path: Path, *configs: frozenset[str], state: str | None = "cold", refs: tuple[str | None, ...] = (), **more: Any
) -> Job:
    """A session's job over these configs, or over these refs of the empty one."""
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    targets = [Target(config=config) for config in configs] + [Target(config=frozenset(), ref=ref) for ref in refs]
    return Job(targets=targets, parameters=more.pop("parameters", {}), cache_state=state, scratch=scratch, **more)


def run_once(pipeline: CommandPipeline, tmp_path: Path, config: frozenset[str] = frozenset(), **more: Any) -> Any:
    """One run in a session of its own, in full."""
    work = job(tmp_path, config, **more)
    with pipeline.session(work) as session:
        assert isinstance(session, CommandSession)
        return session.seen(work.targets[0], "run")


def git(folder: Path, *arguments: str) -> str:
    """What git says in a folder."""
    own = ("-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *own, *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()
