"""Storing what was imported."""

from __future__ import annotations

from collections.abc import Mapping

from profiles.intake.results import Preview, RunPreview
from services import elsewhere, importing
from services.facts import read_facts
from services.importing import Stored
from views.data.connection import engine, forget


def store(run: RunPreview, label: str, texts: Mapping[str, str | None]) -> Stored:
    """Stores one run with what a person says of it, by name of ``services.facts.QUESTIONS``.

    Raises:
        Problem: the label is empty, or something that is said can not be.
    """
    try:
        return importing.store_run(engine(), run, label=label, facts=read_facts(texts, engine()))
    finally:
        forget("runs", "evidence")


def store_measurements(preview: Preview) -> list[str]:
    """Keeps the measurements of a preview whose runs were stored; gives what each says."""
    try:
        return elsewhere.sentences(engine(), importing.store_measurements(engine(), preview))
    finally:
        forget("runs", "evidence")
