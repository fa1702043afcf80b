"""One small palette: the same colour for the same category, win and verdict on every page.

Every colour has a contrast of at least 3:1 against the light and the dark background (a test computes it) and is
told apart by a symbol, a pattern or a word beside it, never by itself. The hues are those of Okabe and Ito, "Color
Universal Design" (2008), where their lightness allows both backgrounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from optim.project.wins import Win
from services.project import current_project

Badge = Literal["red", "orange", "yellow", "blue", "green", "violet", "gray"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """How one thing looks everywhere.

    ``symbol`` is a Plotly marker, ``pattern`` a Plotly fill pattern, ``sign`` one character for text, ``badge`` a
    colour name of Streamlit's badges, ``icon`` a Material icon.
    """

    label: str
    colour: str
    symbol: str = "circle"
    pattern: str = ""
    sign: str = ""
    badge: Badge = "gray"
    icon: str = ""


CATEGORIES = {
    "dsl": Mark(label="DSL programs", colour="#009E73", sign="●", badge="green"),
    # The same kind as the one before: a pipeline has one name for it or the other.
    "work": Mark(label="the work", colour="#009E73", sign="◉", badge="green"),
    "framework": Mark(label="framework", colour="#D55E00", pattern="/", sign="◆", badge="orange"),
    "io": Mark(label="files and database", colour="#0077BB", pattern=".", sign="■", badge="blue"),
    "unknown": Mark(label="of unknown kind", colour="#5B6B7B", pattern="+", sign="◈", badge="gray"),
    "idle": Mark(label="idle workers", colour="#8A6FC4", pattern="-", sign="◌", badge="violet"),
    "unaccounted": Mark(label="unaccounted", colour="#7F8790", pattern="x", sign="○", badge="gray"),
    # Only of what others say of their runs: a timer covered it, and nobody knows what it did.
    "timed": Mark(label="timed, of unknown kind", colour="#5B6B7B", pattern="\\", sign="◇", badge="gray"),
}

#: What wins look like that declare no colour of their own, by their place: twelve can be told apart.
WIN_COLOURS: tuple[tuple[str, str, Badge], ...] = (
    ("#0077BB", "circle", "blue"),
    ("#B8860B", "square", "yellow"),
    ("#C2609A", "diamond", "red"),
    ("#8A6FC4", "triangle-up", "violet"),
    ("#2A9D8F", "star", "green"),
    ("#D55E00", "hexagon", "orange"),
    ("#5B6B7A", "cross", "gray"),
    ("#4B8B3B", "triangle-down", "green"),
    ("#B5504B", "pentagon", "red"),
    ("#3F83D6", "bowtie", "blue"),
    ("#9A7D52", "hourglass", "yellow"),
    ("#A04CD3", "star-diamond", "violet"),
)

VERDICTS = {
    "faster": Mark(
        label="faster", colour="#009E73", symbol="triangle-up", sign="▲", badge="green", icon=":material/trending_up:"
    ),
    "slower": Mark(
        label="slower",
        colour="#D55E00",
        symbol="triangle-down",
        sign="▼",
        badge="orange",
        icon=":material/trending_down:",
    ),
    "slightly faster": Mark(
        label="faster, by less than the margin",
        colour="#4C9F87",
        symbol="triangle-up-open",
        sign="△",
        badge="green",
        icon=":material/north_east:",
    ),
    "slightly slower": Mark(
        label="slower, by less than the margin",
        colour="#C77F4F",
        symbol="triangle-down-open",
        sign="▽",
        badge="orange",
        icon=":material/south_east:",
    ),
    "same": Mark(label="same", colour="#7F8790", symbol="square", sign="=", icon=":material/drag_handle:"),
    "unresolved": Mark(
        label="unresolved", colour="#8A6FC4", symbol="circle-open", sign="?", badge="violet", icon=":material/help:"
    ),
    "wrong": Mark(label="wrong", colour="#D3372F", symbol="x", sign="✖", badge="red", icon=":material/cancel:"),
    "not comparable": Mark(
        label="not comparable", colour="#7F8790", symbol="hash-open", sign="≠", icon=":material/block:"
    ),
}

DECISIONS = {
    "keep": Mark(label="kept", colour="#009E73", sign="✓", badge="green", icon=":material/check_circle:"),
    "revert": Mark(label="reverted", colour="#D55E00", sign="✗", badge="orange", icon=":material/undo:"),
    "undecided": Mark(label="undecided", colour="#7F8790", sign="·", badge="gray", icon=":material/pending:"),
}

#: What is planned or projected and not measured; drawn hollow or hatched beside the measured.
PLANNED = Mark(label="planned", colour="#7F8790", symbol="line-ns-open", pattern="/", sign="…")
TARGET = Mark(label="target", colour="#009E73", sign="◎", pattern=".")
NOISE = Mark(label="noise floor", colour="#7F8790", sign="≈", pattern="x")
REFERENCE = Mark(label="the tracker's", colour="#5B6B7A", sign="□", pattern="-")


def category(name: str) -> Mark:
    """The mark of a phase's category; an unknown one looks unaccounted."""
    return CATEGORIES.get(name, CATEGORIES["unaccounted"])


def win(name: str) -> Mark:
    """The mark of a win; one that is not of the project gets its name and a neutral colour."""
    project = current_project()
    known = project.win(name)
    return Mark(label=name, colour="#7F8790", sign="#") if known is None else win_mark(known)


def win_mark(win: Win) -> Mark:
    """How a win of a project looks: its own colour, else the palette's for its number."""
    colour, symbol, badge = WIN_COLOURS[((win.number or 1) - 1) % len(WIN_COLOURS)]
    return Mark(label=win.label, colour=win.colour or colour, symbol=symbol, sign=win.sign, badge=badge)


def verdict(name: str | None) -> Mark:
    """The mark of a verdict; without one it is ``not measured``."""
    return VERDICTS.get(name or "") or Mark(
        label="not measured", colour="#7F8790", symbol="circle-open", sign="·", icon=":material/radio_button_unchecked:"
    )


def decision(name: str | None) -> Mark:
    """The mark of a decision; without one it is ``undecided``."""
    return DECISIONS.get(name or "", DECISIONS["undecided"])
