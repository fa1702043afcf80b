"""Workers that start before it is known what they will work on, while whoever needs them has other things to do."""

from __future__ import annotations

import contextlib
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from optim.arc.workers.process import WorkerProcess
from profiles.owned import SHARED, owned_folder


class Crew:
    """Workers that wait for somebody to take them."""

    def __init__(self) -> None:
        self._waiting = deque[WorkerProcess]()

    def start(self, folder: Path, count: int) -> None:
        """Starts so many; their heartbeats are in ``folder``."""
        for number in range(count):
            self._waiting.append(WorkerProcess(folder, number, early=True))

    def take(self) -> WorkerProcess | None:
        """One of them, which is the caller's from now on; None when there is none left."""
        return self._waiting.popleft() if self._waiting else None

    def dismiss(self) -> None:
        """Ends those that nobody took."""
        while worker := self.take():
            worker.kill()


@contextlib.contextmanager
def started_early(count: int) -> Iterator[Crew]:
    """So many workers that start now; those that nobody took end with the block."""
    crew = Crew()
    with contextlib.ExitStack() as stack:
        if count > 0:
            with contextlib.suppress(OSError):  # who needs workers starts them then, and says what is wrong
                folder = stack.enter_context(owned_folder(SHARED, Path(tempfile.gettempdir())))
                stack.callback(crew.dismiss)
                crew.start(folder, count)
        yield crew
