"""What stands before and behind the lines of a log is learned from the file itself and stripped everywhere."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.profiles.importers.files import fixture, form_of, read, read_text, run_of

LOG = fixture("run_batt_october.log").decode()
PLAIN = run_of("run_batt_october.log")
MOMENT = "2025-10-17 12:{minute:02d}:{second:02d}"

#: How a line comes out of loggers, containers and services: {text}, {n} its number, {minute} and {second}.
PREFIXES = {
    "logging, usual": MOMENT + ",123 - root - INFO - {text}",
    "logging, basic": "INFO:root:{text}",
    "logging, name padded": MOMENT + ",123 root         INFO     {text}",
    "logging, place": MOMENT + ",007 [INFO] solver.py:{n}: {text}",
    "logging, thread": "[" + MOMENT + ",123] [MainThread] INFO in app: {text}",
    "logging, process": MOMENT + " (4711) worker-3 DEBUG: {text}",
    "loguru": MOMENT + ".123 | INFO     | __main__:run:{n} - {text}",
    "structlog": "2025-10-17T12:{minute:02d}:{second:02d}.123456Z [info     ] {text}",
    "syslog": "Oct 17 12:{minute:02d}:{second:02d} kaggle-box python3[4711]: {text}",
    "journald, iso": "2025-10-17T12:{minute:02d}:{second:02d}+0000 box solver[99]: {text}",
    "docker compose": "solver-1  | {text}",
    "docker compose and logging": "solver-1  | " + MOMENT + ",123 - root - INFO - {text}",
    "docker timestamps": "2025-10-17T12:{minute:02d}:{second:02d}.123456789Z {text}",
    "kubectl": "[pod/solver-7d9f8b-x2x/solver] {text}",
    "containerd": "2025-10-17T12:{minute:02d}:{second:02d}.123456789+00:00 stdout F {text}",
    "GitHub Actions": "2025-10-17T12:{minute:02d}:{second:02d}.1234567Z {text}",
    "GitHub Actions, downloaded": "build\tRun solver\t2025-10-17T12:{minute:02d}:{second:02d}.1234567Z {text}",
    "GitLab CI": "2025-10-17T12:{minute:02d}:{second:02d}.123456Z 01O {text}",
    "systemd, short": "Oct 07 12:{minute:02d}:{second:02d} box run.sh[7]: {text}",
    "ts": "Oct 17 12:{minute:02d}:{second:02d} {text}",
    "glog": "I1017 12:{minute:02d}:{second:02d}.123456    4711 run.py:{n}] {text}",
    "log4j": "12:{minute:02d}:{second:02d}.123 [main] INFO  org.Solver - {text}",
    "epoch": "1760702{second:03d}.123 {text}",
    "elapsed": "[{second:8.3f}s] {text}",
    "mpi rank": "[1,0]<stdout>:{text}",
    "slurm": "0: {text}",
    "ray": "(solve pid=4711, ip=10.0.0.7) {text}",
    "foreman": "12:{minute:02d}:{second:02d} solver.1    | {text}",
    "colours": "\x1b[2m12:{minute:02d}:{second:02d}\x1b[0m \x1b[32mINFO\x1b[0m {text}",
    "rich": "[12:{minute:02d}:{second:02d}] INFO     {text:<70} run.py:{n}",
    "levels": MOMENT + " WARNING {text}",
    "Azure": "2025-10-17T12:{minute:02d}:{second:02d}.1234567Z ##[debug] {text}",
}


def dressed(form: str, text: str = LOG) -> str:
    lines = [
        form.format(text=line, n=number, minute=number // 60, second=number % 60)
        for number, line in enumerate(text.splitlines())
    ]
    return "\n".join(lines) + "\n"


def figures(run):
    tasks = [(task.task_id, task.counts.get("validated"), task.status) for task in run.tasks]
    return run.key, run.status, run.wall_seconds, run.phases, run.caches, tasks, run.counts


@pytest.mark.parametrize("form", PREFIXES)
def test_a_log_with_anything_before_its_lines_is_the_run_of_the_plain_log(form):
    preview = read_text(dressed(PREFIXES[form]))
    (run,) = preview.records
    assert preview.files[0].losses == ()
    assert figures(run) == figures(PLAIN)


@pytest.mark.parametrize("form", ["logging, usual", "docker compose", "loguru", "rich"])
def test_only_the_last_part_of_a_log_is_enough_to_learn_its_prefix(form):
    (run,) = read_text(dressed(PREFIXES[form], LOG[LOG.index("=== Cache") :])).records
    assert (run.key, run.status) == (PLAIN.key, "finished")


def test_a_moment_that_rich_leaves_out_where_it_is_the_same_does_not_matter():
    lines = dressed(PREFIXES["rich"]).splitlines()
    lines = [line if number % 3 == 0 else " " * 10 + line[10:] for number, line in enumerate(lines)]
    (run,) = read_text("\n".join(lines) + "\n").records
    assert figures(run) == figures(PLAIN)


def test_names_with_values_behind_the_text_do_not_matter():
    (run,) = read_text(dressed("2025-10-17 12:00:00 [info     ] {text:<30} [solver] host=box pid={n}")).records
    assert figures(run) == figures(PLAIN)


def test_lines_of_another_container_between_are_passed_over():
    lines = dressed(PREFIXES["docker compose"]).splitlines()
    mixed = [
        line for pair in zip(lines, ["db-1      | checkpoint took 1.234 s"] * len(lines), strict=True) for line in pair
    ]
    (run,) = read_text("\n".join(mixed) + "\n").records
    assert (run.wall_seconds, run.status, len(run.tasks)) == (24.5, "finished", 3)


def test_two_loggers_in_one_file_are_two_prefixes():
    half = LOG.index("3 tasks")
    text = dressed(PREFIXES["logging, usual"], LOG[:half]) + dressed(PREFIXES["syslog"], LOG[half:])
    (run,) = read_text(text).records
    assert (run.key, run.status, len(run.tasks)) == (PLAIN.key, "finished", 3)


def test_a_prefix_inside_a_kernel_log_is_stripped_too():
    text = dressed(PREFIXES["logging, usual"])
    entries = [
        {"stream_name": "stdout", "time": 1.0 * number, "data": line}
        for number, line in enumerate(text.splitlines(True))
    ]
    (run,) = read(("x", json.dumps(entries).encode())).records
    assert (run.key, run.status) == (PLAIN.key, "finished")


def test_progress_bars_that_carriage_returns_drew_over_do_not_matter():
    bar = "\r 50%|#####     | 1/2 [00:01<00:01,  1.00s/it]\r100%|##########| 2/2 [00:02<00:00]"
    text = LOG.replace("3 tasks - ", bar + "\r3 tasks - ").replace("Timing summary", bar + "Timing summary")
    assert figures(*read_text(text).records) == figures(PLAIN)


def test_text_right_behind_a_progress_bar_is_read():
    bar = "100%|##########| 2/2 [00:02<00:00,  1.00s/it]"
    text = LOG.replace("3 tasks - ", bar + "3 tasks - ").replace(
        "run_batt.py:1427: -- 00d", bar + "run_batt.py:1427: -- 00d"
    )
    assert figures(*read_text(text).records) == figures(PLAIN)


@settings(max_examples=60, deadline=None)
@given(
    name=st.text("abcdefXYZ_-.", min_size=1, max_size=12),
    level=st.sampled_from(["INFO", "info", "I", "NOTICE"]),
    between=st.sampled_from([" - ", " | ", ": ", " ", "] ", " >> ", "\t"]),
    pid=st.integers(0, 10**6),
)
def test_any_format_of_a_logger_is_learned(name, level, between, pid):
    prefix = f"12:00:{{second:02d}}{between}{name}{between}{pid}{between}{level}{between}"
    (run,) = read_text(dressed(prefix.replace("{second", "\0").replace("\0", "{second") + "{text}")).records
    assert (run.key, run.status, len(run.tasks)) == (PLAIN.key, "finished", 3)


def test_a_log_with_a_prefix_is_recognized():
    assert {form_of(dressed(form).encode()) for form in PREFIXES.values()} == {"run_batt"}


@pytest.mark.parametrize(
    "around",
    [
        lambda at, line: f'ts=2026-01-01T12:00:{at % 60:02d}Z level=info msg="{line}"',
        lambda at, line: f'ts=2026-01-01T12:00:{at % 60:02d}Z level=info msg="{line}" worker="a b"',
        lambda at, line: f'{1772712180000 + at * 370},"{line}"',
        lambda at, line: f"{1772712180000 + at * 370};'{line}",
    ],
)
def test_a_quote_that_the_prefix_opens_is_closed_behind_the_line(around):
    lines = fixture("run_batt_october.log").decode().splitlines()
    (run,) = read(("x", "\n".join(around(at, line) for at, line in enumerate(lines)).encode())).records
    plain = run_of("run_batt_october.log")
    assert (run.caches, run.counts, run.wall_seconds) == (plain.caches, plain.counts, plain.wall_seconds)
