"""Writes the file that is sorted: so many lines of numbers and words, the same ones every time."""

from __future__ import annotations

import random
import sys
from pathlib import Path


def main() -> None:
    """make_words.py [LINES]"""
    chance = random.Random(7)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
    lines = (f"{chance.randrange(10**9)} word{chance.randrange(10**6)}\n" for _ in range(count))
    Path("words.txt").write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main()
