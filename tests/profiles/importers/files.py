"""The fixtures of pipeline logs, and the real samples where they lie beside the project."""

from pathlib import Path

import pytest

from profiles.importers import Source, recognize
from profiles.intake.limits import Limits
from profiles.intake.reading import Reading
from profiles.intake.results import Preview

FIXTURES = Path(__file__).parent / "fixtures"
_ROOT = Path(__file__).parents[3]
#: Beside the checkout, or beside the folder of its worktrees.
SHARED = next((one / "shared" for one in _ROOT.parents[:2] if (one / "shared").is_dir()), _ROOT.parent / "shared")
SAMPLES, CASES = SHARED / "samples", SHARED / "cases"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real samples are not here")


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def sample(name: str) -> tuple[str, bytes]:
    return Path(name).name, (SAMPLES / name).read_bytes()


def read(*files: tuple[str, bytes], **options) -> Preview:
    """A preview without a child process."""
    reading = Reading(limits=options.pop("limits", Limits()), **options)
    for name, data in files:
        reading.take(name, data)
    return reading.finish()


def read_text(text: str, name: str = "x.log") -> Preview:
    return read((name, text.encode()))


def run_of(name: str):
    """The one run of a fixture."""
    (run,) = read((name, fixture(name))).records
    return run


def form_of(data: bytes) -> str:
    return recognize(Source(name="x", data=data)).name


def rules_of(record) -> dict[str, object]:
    return {finding.rule: finding for finding in record.findings}
