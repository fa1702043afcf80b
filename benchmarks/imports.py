"""What reading foreign files costs: megabytes per second of a 100 MB file, and the reading process's peak memory.

    python -m benchmarks.imports [MEGABYTES]

The logs are made here: one run of very many tasks, many runs, the same as Kaggle's kernel log and web page, and a file
of which almost nothing concerns the pipeline. Seconds are of the whole preview, with the start of the process.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from profiles.intake.preview import preview

LEAST_MB_PER_SECOND = 40.0
MOST_MB = 256.0
NAMES = ("one long run", "many runs", "kernel log", "web page", "mostly noise")
FOREIGN = "some other line of an unrelated program that prints 1.234 s now and then\n"
END = """\
{tasks} tasks - {tasks} timeouts

=== Cache Statistics ===

Inlining Cache:
  Hits: 15963
  Misses: 37
  Total: 16000
  Hit Rate: 99.8%
  Cache Size: 36 entries
  Time Saved: ~2394.45s

Timing summary (seconds):
  main.run_batt                 {seconds:>15.3f}
  run_batt.check_batt           {check:>15.3f}
"""


def task(number: int) -> str:
    """The lines of one task."""
    name, candidates, kept = f"{number * 2654435761 % 2**32:08x}", 60 + number % 37, 10 + number % 23
    samples = "".join(f"run_batt.py:650: demo[{sample}] - {name} - 32\n" for sample in range(3))
    return (
        f"run_batt.py:1427: -- {name} - {number} start --\n{samples}run_batt.py:650: test[0] - {name} - 32\n"
        "run_batt.py:1247: -- Demo+Test scoring: 128 outputs, 0 matches, 0 diff calls (skipped 128)\n"
        f"run_batt.py:1437: -- {name} - {number} done - {candidates} candidates scored\n"
        f"run_batt.py:1493: -- Filtered to {kept} unique candidates (from {candidates})\n"
        f"run_batt.py:1584: -- Phase 3a: Validated {kept} solvers in 0.0{kept}s (parallelized)\n"
        f"run_batt.py:1827: -- {name} batch stats: added=0 processed=0\n"
    )


def run(tasks: int, seconds: float = 126.07) -> str:
    """The log of one run."""
    body = "".join(task(number) for number in range(tasks))
    return body + END.format(tasks=tasks, seconds=seconds, check=0.8 * seconds)


def many_runs(size: int) -> str:
    """Runs of 100 tasks, every one with a wall-clock of its own."""
    body = "".join(task(number) for number in range(100))
    count = size // (len(body) + len(END)) + 1
    return "".join(
        body + END.format(tasks=100, seconds=100.0 + number, check=0.8 * (100.0 + number)) for number in range(count)
    )


def made(name: str, size: int) -> bytes:
    """The file of that name, of about ``size`` bytes."""
    if name == "one long run":
        return run(size // len(task(10**5))).encode()
    if name == "many runs":
        return many_runs(size).encode()
    if name == "mostly noise":
        return (FOREIGN * (size // len(FOREIGN)) + run(100)).encode()
    lines = many_runs(size * 2 // 5 if name == "kernel log" else size * 7 // 10).splitlines()
    if name == "web page":
        return "\n".join(f"{number / 8:.1f}s\t{number}\t{line}" for number, line in enumerate(lines, 1)).encode()
    entries = (
        f'{{"stream_name":"stdout","time":{number / 8},"data":"{line}\\n"}}' for number, line in enumerate(lines)
    )
    return ("[" + "\n,".join(entries) + "\n]").encode()


def main() -> int:
    """Prints a row per file; the exit code says whether all figures are reached."""
    size = int(sys.argv[1] if len(sys.argv) > 1 else 100) * 1_000_000
    print(f"{'file':14} {'MB':>6} {'seconds':>8} {'MB/s':>6} {'peak MB':>8}  runs")
    reached = True
    for name in NAMES:
        data = made(name, size)
        began = time.perf_counter()
        previewed = preview([(name, data)])
        seconds = time.perf_counter() - began
        rate, peak = len(data) / 1e6 / seconds, (previewed.peak_bytes or 0) / 1e6
        refused = previewed.files[0].refused or ""
        reached = reached and rate >= LEAST_MB_PER_SECOND and peak <= MOST_MB and not refused
        print(
            f"{name:14} {len(data) / 1e6:6.1f} {seconds:8.2f} {rate:6.1f} {peak:8.1f}  {len(previewed.runs)} {refused}"
        )
    print(f"at least {LEAST_MB_PER_SECOND:.0f} MB/s within {MOST_MB:.0f} MB: {'yes' if reached else 'no'}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
