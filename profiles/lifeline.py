"""A process that ends with the one that started it, however that one ends.

The starter holds one end of a pipe, the process the other: when the starter is gone, killed or not, the kernel closes
its end, and the process ends itself with its group. Unlike a parent-death signal this does not depend on which thread
started it, and every system has it.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def lifeline() -> Iterator[int]:
    """The descriptor that processes get which are to end with this one, and at the end of the block.

    It is their standard input where they are started by ``profiles.program.tied_command``.
    """
    reader, writer = os.pipe()  # neither is inherited by any other process
    try:
        yield reader
    finally:
        os.close(writer)
        os.close(reader)


def hold(descriptor: int = 0) -> None:
    """From now on this process ends, with its group where it leads one, when the other end of a pipe is gone."""
    _thread.start_new_thread(_watch, (descriptor,))


def _watch(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        while os.read(descriptor, 1):
            pass
    if hasattr(os, "killpg") and os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    if hasattr(signal, "SIGKILL"):
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(1)
