"""Starts one command and waits for it; run as a script by an interpreter that has loaded next to nothing.

A command that is started by a large process inherits that process's peak memory (``ru_maxrss``); started from here it
has its own. It imports no more than the interpreter has loaded anyway: json or signal alone would take longer to load
than all that it does. Arguments: a descriptor to read the job from, one to write what came of it. When the first is
closed without a word (whoever started this is gone, however), everything is killed.
"""

import _thread
import os
import sys
import time

_SIGKILL = 9
#: How often a process is looked at again whose environment is just being exchanged, and how long between looks.
_LOOKS, _LOOK_SECONDS = 50, 0.002
#: What a run's command and all that it starts carry in their environment.
_MARK = b"QUICKWIN_RUN="


def _end(orders: int, pid: int, mark: bytes) -> None:
    """Waits until the orders are closed, then kills all that the command started; who closed them in order said so, and
    has seen to that."""
    done = b""
    while chunk := os.read(orders, 1):
        done = chunk
    if not done:
        try:  # noqa: SIM105 - contextlib is more than the interpreter has loaded
            os.killpg(pid, _SIGKILL)
        except OSError:
            pass  # the group is gone; what went out of it need not be
        for _ in range(_LOOKS):
            killed, doubtful = _kill_marked(mark)
            if not killed and not doubtful:
                break
            if not killed:
                time.sleep(_LOOK_SECONDS)
    os._exit(0)


def _kill_marked(mark: bytes) -> tuple[int, int]:
    """Ends what the command started, also in sessions of their own; gives how many there were, and of how many nobody
    can say yet: while a program is being executed, its process has no environment (``profiles.system.marked``)."""
    killed = doubtful = 0
    for name in os.listdir("/proc") if mark and os.path.isdir("/proc/self") else ():
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                environment = file.read()
            if mark in environment.split(b"\0"):
                os.kill(int(name), _SIGKILL)
                killed += 1
            elif not environment and os.readlink(f"/proc/{name}/exe"):
                doubtful += 1
        except (OSError, ValueError):
            continue
    return killed, doubtful


def _read(descriptor: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        chunk = os.read(descriptor, size - len(data))
        if not chunk:
            os._exit(1)
        data += chunk
    return data


def _job(descriptor: int) -> tuple[bytes, bytes, list[bytes], list[bytes]]:
    """The file to execute, its only core or nothing, the words of the command, its environment: ``process.written``."""
    size = int(_read(descriptor, 20))
    path, core, count, *rest = _read(descriptor, size).split(b"\0")
    return path, core, rest[: int(count)], rest[int(count) :]


def _tell(descriptor: int, *values: object) -> None:
    """To whoever started this, who may be gone."""
    try:  # noqa: SIM105 - contextlib is more than the interpreter has loaded
        os.write(descriptor, (" ".join(map(str, values)) + "\n").encode("utf-8", "replace"))
    except OSError:
        pass


def main() -> None:
    """Reads the job, starts it in a session of its own, and tells its process id, then how it ended."""
    orders, results = int(sys.argv[1]), int(sys.argv[2])
    for descriptor in (orders, results):
        os.set_inheritable(descriptor, False)
    path, core, argv, pairs = _job(orders)
    env = dict(pair.partition(b"=")[::2] for pair in pairs)
    if core:
        os.sched_setaffinity(0, {int(core)})  # inherited by the command and all that it starts
    at, start = time.time(), time.perf_counter()
    try:
        pid = os.posix_spawn(path, argv, env, setsid=True)
    except OSError as error:
        _tell(results, "problem", error.strerror)
        return
    mark = next((pair for pair in pairs if pair.startswith(_MARK)), b"")
    _thread.start_new_thread(_end, (orders, pid, mark))  # before a word to anybody, who may be gone
    for descriptor in (0, 1, 2):
        os.close(descriptor)
    _tell(results, "pid", pid)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    peak_bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    cpu_seconds = usage.ru_utime + usage.ru_stime
    _tell(results, "end", os.waitstatus_to_exitcode(status), repr(at), repr(seconds), repr(cpu_seconds), peak_bytes)
    while True:  # the other thread ends what is left, and then this process
        time.sleep(1000)


if __name__ == "__main__":
    main()
