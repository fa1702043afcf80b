"""A report as one self-contained HTML file.

It asks for nothing from outside: its content security policy forbids it, and images and links of the text are not made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from markdown_it import MarkdownIt


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """A chart as HTML that is already rendered, under its title."""

    title: str
    html: str


_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
    "form-action 'none'; base-uri 'none'"
)
_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #111; background: #fff; max-width: 62rem; }
body { margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; font-size: 0.9rem; }
th, td { border: 1px solid #bbb; padding: 0.3rem 0.6rem; text-align: left; }
code { background: #f2f2f2; padding: 0 0.2rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc; }
"""


def html_report(markdown: str, title: str, charts: Sequence[Chart] = ()) -> str:
    """One HTML file: the text of ``markdown``, and the charts before its quick wins."""
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "link", "autolink"])
    body = renderer.render(markdown)
    drawn = "".join(f"<section><h2>{escape(chart.title)}</h2>\n{chart.html}</section>\n" for chart in charts)
    at = body.find("<h2>Quick Wins</h2>")
    body = body[:at] + drawn + body[at:] if at >= 0 else body + drawn
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
