"""Where the files of a measured run lie that nobody wants to keep: its solvers.

A file system on a disk may remember what was deleted: ext4 looks through the inodes freed in the last minutes before it
gives out another, and creating the few hundred files of a run then takes up to forty times as long. Runs measured one
after the other would be measuring each other's cleaning up. In memory a new file always costs the same.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from profiles.owned import SHARED, owned_folder, owned_in, remove_left

MEMORY = Path("/dev/shm")
#: The solvers of one run are about 3 MB; below this the memory is left alone.
BYTES_NEEDED = 256 * 1024 * 1024
PREFIX = f"{SHARED}solvers-"


def scratch_root(memory: Path = MEMORY) -> Path:
    """A folder in memory where the system has one with room (Linux), else the folder for temporary files."""
    if os.access(memory, os.W_OK | os.X_OK) and shutil.disk_usage(memory).free > BYTES_NEEDED:
        return memory
    return Path(tempfile.gettempdir())


@contextlib.contextmanager
def scratch_folder(root: Path | None = None) -> Iterator[Path]:
    """A folder in ``root`` that is gone afterwards; those of processes that were killed are removed first."""
    place = scratch_root() if root is None else root
    for path in owned_in(place, PREFIX):
        if path.left:
            remove_left(path)
    with owned_folder(PREFIX, place) as folder:
        yield folder
