"""Files that documents are written to and read from."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.problems import cannot_write, fail


@contextmanager
def _file_problems(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            fail(cannot_write(path, error))
        fail(f"{path} can not be used: {error.strerror or error}; name another file")


def write_new(path: Path, text: str) -> None:
    """Writes a file as a whole or, whatever happens, not at all: what it held before stays until then.

    Raises:
        Problem: it can not be written.
    """
    try:
        if not _is_plain(path):  # a pipe, a terminal or a device such as /dev/full
            path.write_text(text, encoding="utf-8")
            return
        draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
        try:
            draft.write_text(text, encoding="utf-8")
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        fail(cannot_write(path, error))


def _is_plain(path: Path) -> bool:
    return not path.is_symlink() and (path.is_file() or not path.exists())


def write_file(path: Path, text: str) -> str:
    """Writes ``text`` and gives a sentence about it. What the file held before is kept beside it, as ``.bak``."""
    with _file_problems(path):
        before = path.read_bytes() if path.exists() else None
        if before == text.encode():
            return f"{path} is up to date"
        if before is not None:
            backup = path.with_name(path.name + ".bak")
            backup.write_bytes(before)
        write_new(path, text)
    return f"wrote {path}" if before is None else f"wrote {path}; what it held before is in {backup}"


def read_text(path: Path) -> str:
    """The text of a file; ends the command with one sentence where it can not be read."""
    with _file_problems(path):
        body = path.read_bytes()
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fail(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8")
