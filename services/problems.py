"""How a service says that something could not be done: one sentence, and the exit code that a script can use.

Exit codes: 0 done, 1 the answer is no, 2 usage, 3 could not, 130 interrupted before anything was stored.
"""

from __future__ import annotations

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
        return f"{problem.filename} can not be written: {problem.strerror}; QUICKWIN_HOME can name another folder"
    return str(problem)
