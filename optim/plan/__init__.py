"""What follows from plan and evidence: contradictions, checklist, projection, odds; tracker, results, report."""
