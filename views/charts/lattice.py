"""The configs of an attribution as a lattice: a column for each number of wins, lines where one win is added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from profiles.configs import Config
from views.text import seconds as seconds_words

#: More configs than this are no picture any more.
MOST = 64
_COLUMN, _WIDE, _ROW, _HIGH = 158, 122, 36, 26
_FAST, _SLOW, _BEST, _LINE = (0x00, 0x5F, 0x99), (0x5B, 0x65, 0x6E), "#B8860B", "#7F8790"


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A config with its seconds, None while it has not run; ``measured``: run, not computed from the model."""

    config: Config
    label: str
    seconds: float | None
    measured: bool


def lattice_svg(nodes: Sequence[Node], best: Config | None) -> str:
    """The picture, as wide as its columns need; ``best`` is outlined, what was not run has a dashed edge."""
    levels: dict[int, list[Node]] = {}
    for node in nodes:
        levels.setdefault(len(node.config), []).append(node)
    tallest = max(map(len, levels.values()))
    places = {
        node.config: (column * _COLUMN + 4, round((row + (tallest - len(level)) / 2) * _ROW) + 6)
        for column, (_, level) in enumerate(sorted(levels.items()))
        for row, node in enumerate(level)
    }
    width, height = len(levels) * _COLUMN - (_COLUMN - _WIDE) + 12, tallest * _ROW + 8
    known = [node.seconds for node in nodes if node.seconds is not None] or [0.0]
    slowest, spread = max(known), (max(known) - min(known)) or 1.0
    speeds = [0.0 if node.seconds is None else (slowest - node.seconds) / spread for node in nodes]
    pills = [
        _pill(node, places[node.config], speed, node.config == best) for node, speed in zip(nodes, speeds, strict=True)
    ]
    words = lattice_words(nodes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{escape(words)}</title>'
        f"{''.join(_edges(places))}{''.join(pills)}</svg>"
    )


def lattice_words(nodes: Sequence[Node]) -> str:
    """What the picture shows, for who can not see it."""
    return "; ".join(f"{node.label} {_seconds(node)}" for node in nodes)


def _seconds(node: Node) -> str:
    return "…" if node.seconds is None else seconds_words(node.seconds)


def _edges(places: Mapping[Config, tuple[int, int]]) -> list[str]:
    """A line from each config to those with one win more."""
    pairs = [(one, two) for one in places for two in places if one < two and len(two) == len(one) + 1]
    return [_edge(places[one], places[two]) for one, two in pairs]


def _edge(start: tuple[int, int], end: tuple[int, int]) -> str:
    middle = _HIGH / 2
    return (
        f'<line x1="{start[0] + _WIDE}" y1="{start[1] + middle:g}" x2="{end[0]}" y2="{end[1] + middle:g}" '
        f'stroke="{_LINE}" stroke-opacity=".45"/>'
    )


def _pill(node: Node, place: tuple[int, int], speed: float, is_best: bool) -> str:
    colour = "#" + "".join(f"{round(s + (f - s) * speed):02X}" for s, f in zip(_SLOW, _FAST, strict=True))
    edge = f' stroke="{_BEST}" stroke-width="4"' if is_best else f' stroke="{_LINE}"'
    dash = "" if node.measured else ' stroke-dasharray="4 3"'
    return (
        f'<rect x="{place[0]}" y="{place[1]}" width="{_WIDE}" height="{_HIGH}" rx="6" fill="{colour}"{edge}{dash}/>'
        f'<text x="{place[0] + 8}" y="{place[1] + 17}" fill="#FFFFFF">{escape(node.label)}</text>'
        f'<text x="{place[0] + _WIDE - 8}" y="{place[1] + 17}" fill="#FFFFFF" text-anchor="end" '
        f'font-weight="600">{escape(_seconds(node))}</text>'
    )
