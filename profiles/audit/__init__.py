"""The claim audit: what a log claims, what follows from its own numbers, and where.

A rule is a function from a ``Case`` to findings; the family is the tuple ``RULES``, and ``audit`` runs all of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import islice

from profiles.audit import caches, identity, outcome, timing
from profiles.audit.case import Case, KnownRun, Rule
from profiles.importers._names import clean
from profiles.records import SEVERITIES, Finding, RunRecord
from profiles.runlog.facts import RunLog

__all__ = ["RULES", "Case", "KnownRun", "Rule", "audit"]

RULES: tuple[Rule, ...] = (*caches.RULES, *timing.RULES, *outcome.RULES, *identity.RULES)
_TEXT_CHARACTERS = 400
#: A hostile log could give a rule a million occasions.
MOST_PER_RULE = 50


def audit(record: RunRecord, log: RunLog | None = None, known: Sequence[KnownRun] = ()) -> tuple[Finding, ...]:
    """All findings on a run, the worst first, then by line.

    Args:
        log: the facts that the record was built from; without them only the rules that need none speak.
        known: runs that are there already, to tell numbers that come again under another name.
    """
    case = Case(record=record, log=log, known=tuple(known))
    findings = [_harmless(finding) for rule in RULES for finding in islice(rule(case), MOST_PER_RULE)]
    return tuple(sorted(findings, key=lambda row: (SEVERITIES.index(row.severity), row.line or 0)))


def _harmless(finding: Finding) -> Finding:
    return dataclasses.replace(
        finding, claimed=clean(finding.claimed, _TEXT_CHARACTERS), follows=clean(finding.follows, _TEXT_CHARACTERS)
    )
