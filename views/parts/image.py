"""A picture in a page's own HTML, as wide as its place."""

from __future__ import annotations

import html

from views.charts.spine import data_address


def image(svg: str, alt: str, height: float, more: str = "") -> str:
    """The ``<img>`` of an SVG picture.

    Args:
        alt: what it shows, for who can not see it.
        height: pixels.
        more: further declarations of its style.
    """
    style = f"display:block;width:100%;height:{height:g}px{';' if more else ''}{more}"
    return f'<img style="{style}" src="{data_address(svg)}" alt="{html.escape(alt)}">'
