"""How much memory a call of a program may take: the same for each, whatever its worker did before.

A limit of the address space counts what is mapped already: values that a win holds, and holes that earlier calls left.
So it is set anew as the worker grows, ``CALL_SHARE`` of what a worker may take beside what is mapped. What a call took
must go back when it is over, or the next one finds it there: the worker's allocator maps what is large piece by piece
(``ALLOCATOR``). Its own threshold rises with what is freed, and then such pieces stay, as holes of hundreds of MB.
"""

from __future__ import annotations

import contextlib

from profiles.system import resource

#: Of what a worker may take as a whole, what a call may take beside what is there when it begins.
CALL_SHARE = 0.5
#: The environment of a worker: glibc's settings, which no other C library reads. Threads get no heaps of their own,
#: each of which would take 64 MB of address space.
ALLOCATOR = {
    "MALLOC_MMAP_THRESHOLD_": str(32 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(4 * 1024**2),
    "MALLOC_ARENA_MAX": "1",
}
_PAGE = 4096 if resource is None else resource.getpagesize()


def mapped_bytes() -> int | None:
    """The address space of this process; None where the system (not Linux) does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * _PAGE
    except (OSError, ValueError, IndexError):
        return None


class Memory:
    """Holds calls to their memory: one that wants more gets a MemoryError. ``most`` bytes are the worker's as a whole.

    ``short`` says that the worker holds so much that a call finds less than it may take: what runs out then says
    nothing of the program. Where the system does not tell what is mapped (macOS, Windows) there is no limit.
    """

    def __init__(self, most: int) -> None:
        self._most, self._part, self.short = most, 1.0, False

    def allow(self, part: float) -> None:
        """From now on a call may take this part of what a call may take."""
        self._part = part
        self.renew()

    def renew(self) -> None:
        """Sets the limit by what is mapped now; not within a call."""
        mapped = mapped_bytes()
        if mapped is None:
            return
        wanted = mapped + int(self._most * CALL_SHARE * self._part)
        self.short = wanted > self._most
        with contextlib.suppress(ValueError, OverflowError, OSError):
            hard = resource.getrlimit(resource.RLIMIT_AS)[1]
            resource.setrlimit(resource.RLIMIT_AS, (min(wanted, self._most), hard))
