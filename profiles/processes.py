"""Which process a thing belongs to (a run, a measurement, a folder), in a form that tells later whether it is there.

A process id alone does not: ids are used again, and another container or machine has its own. So an owner is kept as
``host|boot|namespace|start``, and a process is the same only where all four are.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

#: What belongs to a process that can not be looked at from here counts as left after so long without a sign of it.
SILENT_SECONDS = 3600.0


def owner_of(pid: int) -> str:
    """Who the process ``pid`` of this machine is: host, boot, process-id namespace, moment of its start."""
    return "|".join((*_here(), _started(pid) or ""))


def is_gone(pid: int | None, owner: str | None) -> bool | None:
    """Whether the owner is gone; None where that can not be known from here (it is on another machine)."""
    if pid is None or owner is None or owner.count("|") != 3:
        return None
    *place, started = owner.split("|")
    here = _here()
    if place[0] != here[0]:
        return None
    if place[1] != here[1]:
        return True
    if place[2] != here[2] or not started:
        return None
    return _started(pid) != started


def is_over(pid: int | None, owner: str | None, last_seen: datetime, silent_seconds: float = SILENT_SECONDS) -> bool:
    """Whether what the process recorded will not go on: it is gone, or can not be looked at and has been silent."""
    gone = is_gone(pid, owner)
    return (datetime.now(UTC) - last_seen).total_seconds() > silent_seconds if gone is None else gone


def host_of(owner: str | None) -> str:
    """The machine that an owner is on, in words; ``this machine`` where it is this one."""
    host = (owner or "").partition("|")[0]
    return "this machine" if host == _here()[0] else host or "a machine that is not known"


@cache
def _here() -> tuple[str, str, str]:
    host = re.sub(r"[|\s]", "", platform.node())
    return host, _read("/proc/sys/kernel/random/boot_id"), _link("/proc/self/ns/pid")


def _started(pid: int) -> str | None:
    """When the process started, as text that is equal for the same process only; None where there is none."""
    if Path("/proc/self/stat").exists():
        # Field 22 of stat, counted behind the name in parentheses, which may itself hold spaces and parentheses.
        fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
        return None if len(fields) < 20 or fields[0] in "ZX" else fields[19]
    if os.name != "posix":
        return None
    done = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""
