"""Where the plan stands, in a sentence: a projection is called one, and an analogy another thing."""

from __future__ import annotations

from dataclasses import replace

from optim.evidence.records import Together, TrackerEvidence
from optim.plan.standing import standing
from optim.project.plan import Plan, load_plan
from views.data.progress import headline


def told(plan: Plan) -> str:
    names = tuple(win.name for win in plan.planned)
    together = (Together(wins=names, speedup=2.0, low=1.9, high=2.1, measured=True, source="measurement 1"),)
    return headline(plan, standing(plan, TrackerEvidence(together=together)))


def test_a_projection_is_called_a_projection() -> None:
    sentence = told(replace(load_plan(), reference_pipeline=None))
    assert "On Kaggle that would be 12.4 s: inside the target of 12 to 14 s" in sentence
    assert "That is a projection until a log from there is imported" in sentence


def test_another_pipeline_s_speedup_is_an_analogy_without_seconds() -> None:
    sentence = told(load_plan())
    assert "another pipeline, that is an analogy" in sentence
    assert "12.4 s" not in sentence and "projection" not in sentence
