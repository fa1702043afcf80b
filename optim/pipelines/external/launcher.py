"""Starts one command and waits for it; run as a script by an interpreter that has loaded next to nothing.

A command that is started by a large process inherits that process's peak memory (``ru_maxrss``); started from here it
has its own. Standard library only, and little of it. Arguments: a descriptor to read the job from, one to write what
came of it. When the first is closed (whoever started this is gone, however), everything is killed.
"""

import _thread
import json
import os
import signal
import sys
import time
from typing import Any


def _watch(orders: int, pid: int) -> None:
    while os.read(orders, 1):
        pass
    try:
        os.killpg(pid, signal.SIGKILL)
    finally:
        os._exit(1)


def _read_line(descriptor: int) -> str:
    data = b""
    while not data.endswith(b"\n"):
        chunk = os.read(descriptor, 65536)
        if not chunk:
            os._exit(1)
        data += chunk
    return data.decode("ascii")


def _tell(descriptor: int, **values: Any) -> None:
    os.write(descriptor, (json.dumps(values) + "\n").encode("ascii"))


def main() -> None:
    """Reads the job, starts it in a session of its own, and tells its process id, then how it ended."""
    orders, results = int(sys.argv[1]), int(sys.argv[2])
    for descriptor in (orders, results):
        os.set_inheritable(descriptor, False)
    job = json.loads(_read_line(orders))
    if job.get("core") is not None:
        os.sched_setaffinity(0, {job["core"]})  # inherited by the command and all that it starts
    at, start = time.time(), time.perf_counter()
    try:
        pid = os.posix_spawn(job["path"], job["argv"], job["env"], setsid=True)
    except OSError as error:
        _tell(results, problem=error.strerror)
        return
    for descriptor in (0, 1, 2):
        os.close(descriptor)
    _tell(results, pid=pid)
    _thread.start_new_thread(_watch, (orders, pid))
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    _tell(
        results,
        at=at,
        code=os.waitstatus_to_exitcode(status),
        wall_seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_bytes=usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    )
    os._exit(0)


if __name__ == "__main__":
    main()
