"""The code that is measured, as a fingerprint of its files: equal ones are the same program, committed or not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

#: A folder without git is read up to so many files and bytes; of a larger one nothing is known.
MOST_FILES, MOST_BYTES = 5_000, 64 << 20
#: What is made from code, or only tells of it.
_NO_CODE = {".pyc", ".md", ".rst", ".log"}


def is_code(path: str) -> bool:
    """Whether a file may change what a program does: no bytecode, no prose, nothing in a hidden folder."""
    *folders, name = Path(path).parts
    hidden = any(part.startswith(".") or part == "__pycache__" for part in folders)
    return not hidden and Path(name).suffix not in _NO_CODE


def fingerprint(parts: Mapping[str, object]) -> str:
    """A hash over what the code is made of: 16 hexadecimal digits."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def contents(folder: Path, files: Iterable[Path]) -> dict[str, str]:
    """A hash of each file's contents, by its path below the folder."""
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def files_below(folder: Path) -> Iterator[Path]:
    """Files of code below a folder, in order."""
    for path in sorted(folder.rglob("*")):
        if is_code(path.relative_to(folder).as_posix()) and path.is_file():
            yield path
