"""Loads the modules that a bundle holds as texts. Its text is in each bundle."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import json
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any


class _Texts(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds and loads modules whose texts are given by name."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module of that name, if it is one of these."""
        if fullname not in self._sources:
            return None
        below = any(name.startswith(fullname + ".") for name in self._sources)
        origin = fullname.replace(".", "/") + ("/__init__.py" if below else ".py")
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=origin, is_package=below)
        spec.has_location = True
        return spec

    def is_package(self, fullname: str) -> bool:
        """Whether others lie below it."""
        return any(name.startswith(fullname + ".") for name in self._sources)

    def get_source(self, fullname: str) -> str:
        """Its text."""
        return self._sources[fullname]

    def exec_module(self, module: ModuleType) -> None:
        """Runs its text."""
        code = compile(self._sources[module.__name__], module.__file__ or module.__name__, "exec")
        exec(code, module.__dict__)


def _load(prefix: str, entry: str, sources: Mapping[str, str], project: str) -> Any:
    """The bundle of the project; its modules are loaded once in a process."""
    if prefix not in sys.modules:
        sys.meta_path.append(_Texts(sources))
    return importlib.import_module(entry).open_bundle(json.loads(project))
