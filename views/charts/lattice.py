"""The configs of an attribution as a lattice: a column for each number of wins, lines where one win is added."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from profiles.configs import Config
from views.text import seconds as seconds_words

#: More configs than this are no picture any more; of these the corners are drawn.
MOST = 64
#: Pixels of a row and of the pill in it, and how much of its column a pill is wide.
_ROW, _HIGH, _SHARE = 46, 38, 0.84
#: Pixels of a sign in a label, of a letter, and of a pill without any.
_SIGN, _LETTER, _EDGES, _LEAST = 11, 7, 12, 62
_FAST, _SLOW, _BEST, _LINE = (0x00, 0x5F, 0x99), (0x5B, 0x65, 0x6E), "#B8860B", "#7F8790"
Place = tuple[float, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A config with its seconds, None while it has not run; ``measured``: run, not computed from the model."""

    config: Config
    label: str
    seconds: float | None
    measured: bool


def lattice_svg(nodes: Sequence[Node], best: Config | None) -> str:
    """The picture, as wide as its place; ``best`` is outlined, what was not run has a dashed edge."""
    levels = _levels(nodes)
    tallest, column = max(map(len, levels)), 100 / len(levels)
    places = {
        node.config: (column * at + column * (1 - _SHARE) / 2, round((row + (tallest - len(level)) / 2) * _ROW) + 4)
        for at, level in enumerate(levels)
        for row, node in enumerate(level)
    }
    known = [node.seconds for node in nodes if node.seconds is not None] or [0.0]
    slowest, spread = max(known), (max(known) - min(known)) or 1.0
    speeds = [0.0 if node.seconds is None else (slowest - node.seconds) / spread for node in nodes]
    wide = column * _SHARE
    pills = [
        _pill(node, places[node.config], wide, speed, node.config == best)
        for node, speed in zip(nodes, speeds, strict=True)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="{height_of(nodes)}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{escape(lattice_words(nodes))}</title>'
        f"{''.join(_edges(places, wide))}{''.join(pills)}</svg>"
    )


def corners(nodes: Sequence[Node], best: Config | None, sign: Callable[[Config], str]) -> list[Node]:
    """Of too many configs for a picture those that tell most: none, each win alone and left out, all, and the fastest.

    One that lacks few wins is labelled by their ``sign``: ``all −②``.
    """
    if len(nodes) <= MOST:
        return list(nodes)
    everything = max((node.config for node in nodes), key=len)
    kept = [node for node in nodes if min(len(node.config), len(everything - node.config)) < 2 or node.config == best]
    return [_shortened(node, everything - node.config, sign) for node in kept]


def _shortened(node: Node, missing: Config, sign: Callable[[Config], str]) -> Node:
    if len(missing) >= len(node.config):
        return node
    return replace(node, label=f"all −{sign(missing)}" if missing else "all")


def _levels(nodes: Sequence[Node]) -> list[list[Node]]:
    """The configs by how many wins are on, none first."""
    levels: dict[int, list[Node]] = {}
    for node in nodes:
        levels.setdefault(len(node.config), []).append(node)
    return [level for _, level in sorted(levels.items())]


def height_of(nodes: Sequence[Node]) -> int:
    """Pixels that the picture is high."""
    return max(map(len, _levels(nodes))) * _ROW


def least_width(nodes: Sequence[Node]) -> int:
    """Pixels that the picture needs, so that every label stays within its column."""
    widest = max(sum(_LETTER if sign.isascii() else _SIGN for sign in node.label) for node in nodes)
    return round(len(_levels(nodes)) * max(widest + _EDGES, _LEAST) / _SHARE)


def lattice_words(nodes: Sequence[Node]) -> str:
    """What the picture shows, for who can not see it."""
    return "; ".join(f"{node.label} {_seconds(node)}" for node in nodes)


def _seconds(node: Node) -> str:
    return "…" if node.seconds is None else seconds_words(node.seconds)


def _edges(places: Mapping[Config, Place], wide: float) -> list[str]:
    """A line from each config to those with one win more."""
    pairs = [(place, two) for place in places for two in places if place < two and len(two) == len(place) + 1]
    return [_edge(places[pair], places[two], wide) for pair, two in pairs]


def _edge(start: Place, end: Place, wide: float) -> str:
    middle = _HIGH / 2
    return (
        f'<line x1="{start[0] + wide:.2f}%" y1="{start[1] + middle:g}" x2="{end[0]:.2f}%" y2="{end[1] + middle:g}" '
        f'stroke="{_LINE}" stroke-opacity=".45"/>'
    )


def _pill(node: Node, place: Place, wide: float, speed: float, is_best: bool) -> str:
    """A config's signs above its seconds."""
    colour = "#" + "".join(f"{round(s + (f - s) * speed):02X}" for s, f in zip(_SLOW, _FAST, strict=True))
    edge = f' stroke="{_BEST}" stroke-width="4"' if is_best else f' stroke="{_LINE}"'
    dash = "" if node.measured else ' stroke-dasharray="4 3"'
    return (
        f'<svg x="{place[0]:.2f}%" y="{place[1]}" width="{wide:.2f}%" height="{_HIGH}" overflow="visible">'
        f'<rect width="100%" height="{_HIGH}" rx="6" fill="{colour}"{edge}{dash}/>'
        f'<text x="6" y="15" fill="#FFFFFF" font-size="11">{escape(node.label)}</text>'
        f'<text x="6" y="31" fill="#FFFFFF" font-weight="600">{escape(_seconds(node))}</text></svg>'
    )
