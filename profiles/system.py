"""What not every system has: locks of files, limits of processes, groups of processes. Linux and macOS have all of it.

Elsewhere (Windows) modules import, and what is missing is left out or replaced; who can not do without says so.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

fcntl: Any
resource: Any
try:
    import fcntl
except ImportError:
    fcntl = None
try:
    import resource
except ImportError:
    resource = None

#: Whether commands can be started and ended with all that they start.
HAS_PROCESS_GROUPS = hasattr(os, "killpg") and hasattr(os, "posix_spawn")
#: Said where that is needed and missing.
NO_PROCESS_GROUPS = (
    "this system can not end a program with everything that it started, so nothing is run or measured here: Linux and "
    "macOS can; importing, comparing and deciding work everywhere"
)
#: How often processes are looked for at most (one may start another meanwhile), and how long between looks.
_LOOKS, _LOOK_SECONDS = 50, 0.002
#: Where Windows locks a byte of a file, beyond all that is in it.
_FAR = 1 << 30


@contextlib.contextmanager
def naming(path: str | os.PathLike[str]) -> Iterator[None]:
    """An error of the file system within names this path where it names none: of a full disk only opening tells it."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = os.fspath(path)
        raise


def lock(descriptor: int) -> bool:
    """Takes an open file for this process alone, until it is closed; False where another process has it."""
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            _lock_elsewhere(descriptor)
    except OSError:
        return False
    return True


def _lock_elsewhere(descriptor: int) -> None:
    import msvcrt  # Windows alone has it

    locking: Any = msvcrt
    os.lseek(descriptor, _FAR, os.SEEK_SET)
    locking.locking(descriptor, locking.LK_NBLCK, 1)


def user_mark() -> str:
    """What tells this user from others of the machine."""
    return str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()


def kill_marked(mark: str, newer_than: int = 0) -> int:
    """Ends all processes that have ``NAME=value`` in their environment, and gives how many there were.

    So it finds those that left their group and their session. None where there is no /proc.

    Args:
        newer_than: only those with a larger process id.
    """
    killed = 0
    for _ in range(_LOOKS):
        pids, doubtful = marked(mark, newer_than)
        for pid in pids:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        killed += len(pids)
        if not pids and not doubtful:
            break
        if not pids:
            time.sleep(_LOOK_SECONDS)
    return killed


def marked(mark: str, newer_than: int = 0) -> tuple[list[int], list[int]]:
    """The processes that have ``NAME=value`` in their environment, and those of which nobody can say yet.

    While a process executes a program (execve), it has none of the old environment any more and not yet the new one,
    but a program already; on a busy machine it can stay so for a while.
    """
    pids, doubtful = [], []
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if name.isdigit() and int(name) > newer_than:
            with contextlib.suppress(OSError):
                environment = Path(f"/proc/{name}/environ").read_bytes()
                if mark.encode() in environment.split(b"\0"):
                    pids.append(int(name))
                elif not environment and os.readlink(f"/proc/{name}/exe"):
                    doubtful.append(int(name))
    return pids, doubtful


def kill_group(process: subprocess.Popen[Any]) -> None:
    """Ends a process that leads a group, and the group; one that is gone already is let be."""
    if process.poll() is not None:
        return
    if not hasattr(os, "killpg"):
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def peak_bytes() -> int | None:
    """The most memory that this process held so far, in bytes; None where the system does not tell.

    On Linux of the program as it is: ``ru_maxrss`` begins with what the one that started it held.
    """
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:"))
    except (OSError, StopIteration, ValueError):
        if resource is None:
            return None
    peak = int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return peak if sys.platform == "darwin" else peak * 1024
