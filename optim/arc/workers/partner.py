"""A run that keeps in step with another one on the machine's other core: both begin each task at the same time.

What disturbs the machine then disturbs both at work on the same task. They talk over two pipes, which whoever started
both of them made: each tells the number of the task that it has come to, and waits until the other is as far. One that
is gone holds up nobody: its end of the pipe is closed.
"""

from __future__ import annotations

import contextlib
import os
import struct

#: In the environment of a run that has a partner: the descriptors to hear and to tell.
VARIABLE = "QUICKWIN_PARTNER"
_NUMBER = struct.Struct("<q")


def descriptors() -> tuple[int, ...]:
    """The pipes that this process was given, so that it can hand them on; none where it has no partner."""
    try:
        numbers = tuple(int(word) for word in os.environ[VARIABLE].split(","))
        for number in numbers:
            os.fstat(number)
    except (KeyError, ValueError, OSError):
        return ()
    return numbers if len(numbers) == 2 else ()


class Partner:
    """The other run, as a worker sees it; without one, nothing is waited for."""

    def __init__(self, pipes: tuple[int, ...]) -> None:
        self._pipes = pipes
        self._at = -1

    def meet(self, task: int) -> None:
        """Waits until the partner has come to this task, is beyond it, or is gone. Tasks come in rising order."""
        if not self._pipes:
            return
        hear, tell = self._pipes
        with contextlib.suppress(BrokenPipeError):
            os.write(tell, _NUMBER.pack(task))
        while self._at < task:
            data = os.read(hear, _NUMBER.size)
            if len(data) < _NUMBER.size:
                self._pipes = ()
                return
            self._at = _NUMBER.unpack(data)[0]
