"""Makes a bundle: one file that holds the needed part of the product, the project, and what loads both."""

from __future__ import annotations

import ast
import hashlib
import json
from pathlib import Path

from optim.bundle import loading
from optim.bundle.contents import Contents
from optim.bundle.packing import pack
from profiles.program import ROOT

FILE = "quickwin_bundle.py"
ENTRY = "optim.bundle.elsewhere"
#: Stands for the package's name until the mark is known: no text of ours holds it but as that name.
_UNMARKED = "quickwin_unmarked"


def bundle_text(contents: Contents, root: Path = ROOT) -> str:
    """The bundle of a project as the text of one Python file."""
    project = json.dumps(contents.to_json(), indent=1, ensure_ascii=True)
    packed = pack(root, ENTRY, _UNMARKED)
    mark = hashlib.sha256((repr(packed) + project).encode()).hexdigest()[:8]
    prefix = f"quickwin_{mark}"
    sources = [f"_SOURCES[{name!r}] = {_literal(text)}\n".replace(_UNMARKED, prefix) for name, text in packed.items()]
    win = next(iter(contents.toggles), "all")
    head = _HEAD.format(name=_in_docstring(contents.name), win=_in_docstring(win), file=FILE)
    return "\n".join(
        [
            head,
            f"_PREFIX, _ENTRY = {prefix!r}, {f'{prefix}.{ENTRY}'!r}",
            f"_PROJECT = {_literal(project)}",
            "_SOURCES = {}",
            *sources,
            _loader_text(),
            _TAIL,
        ]
    )


def _loader_text() -> str:
    """The module ``loading`` without its docstring and its imports, which are the bundle's own."""
    text = Path(loading.__file__).read_text(encoding="utf-8")
    body = [statement for statement in ast.parse(text).body if not isinstance(statement, ast.Import | ast.ImportFrom)][
        1:
    ]
    return "\n\n\n".join(ast.get_source_segment(text, statement) or "" for statement in body)


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""\\\n{escaped}"""'


def _in_docstring(text: str) -> str:
    return text.replace("\\", "").replace('"', "'")


_HEAD = '''"""Measures {name} on this machine, offline: Python 3.9 or later, standard library only. Made by Quickwin.

As a command, in the folder in which the project's command runs:

    python {file} measure none {win} --blocks 8 --minutes 60

In a notebook, with this file beside it:

    from quickwin_bundle import measure
    measure("none", "{win}", blocks=8, minutes=60)

Started again it goes on where it was stopped or killed. What it writes and prints, Quickwin imports at home.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import json
import sys
'''

_TAIL = """

_bundle = _load(_PREFIX, _ENTRY, _SOURCES, _PROJECT)
measure, main = _bundle.measure, _bundle.main
Recorder = importlib.import_module(_ENTRY).Recorder

# A notebook's cell that holds this text is main too, and has no file: there it only defines measure().
if __name__ == "__main__" and "__file__" in globals():
    sys.exit(main())
"""
