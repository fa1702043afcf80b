"""The doses of ``benchmarks/faults.py`` are driven here in the smallest amount, so that they tell something."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_a_small_dose_of_flips_writers_and_commits_is_given_and_appended(tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    amounts = ["--flips", "3", "--writers", "2", "--commits", "5", "--minutes", "0.02", "--results", str(results)]
    for doses in (["flip"], ["log"]):
        command = [sys.executable, "-m", "benchmarks.faults", *amounts, *doses]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=300)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    assert {line["name"].split(" in ")[0] for line in lines} == {"flips", "commits beside a reader"}
    assert all(line["done"] and not line["lost"] and not line["wrong"] for line in lines)
    assert all(line["name"] in ran.stdout for line in lines), "the table is over all that the file holds"
