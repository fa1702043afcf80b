"""How a service says that something could not be done: one sentence, and the exit code that a script can use.

Exit codes: 0 done, 1 the answer is no, 2 usage, 3 could not, 130 interrupted before anything was stored.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import NoReturn

NO, USAGE, COULD_NOT, INTERRUPTED = 1, 2, 3, 130


class Problem(Exception):
    """Something could not be done; the sentence says what was wrong, what was given and what would work."""

    def __init__(self, sentence: str, exit_code: int = COULD_NOT) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def fail(sentence: str, exit_code: int = COULD_NOT) -> NoReturn:
    """Raises a ``Problem``."""
    raise Problem(sentence, exit_code)


def sentence_of(problem: Exception) -> str:
    """What a problem says; of a file that can not be written also what would help."""
    if isinstance(problem, OSError) and problem.filename:
        return f"{cannot_write(problem.filename, problem)}; QUICKWIN_HOME can name another folder"
    return str(problem)


def cannot_write(path: str | os.PathLike[str], problem: OSError) -> str:
    """That a file can not be written, and why; of a full disk also which folder lies on it."""
    sentence = f"{path} can not be written: {problem.strerror or problem}"
    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"{sentence}; there is no room for it in {Path(path).resolve().parent}"
    return sentence
