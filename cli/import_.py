"""``import``: other people's logs and profiles, looked at first, then stored."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli._common import json_option, print_json
from services.places import open_database
from services.problems import COULD_NOT, NO, USAGE, fail

if TYPE_CHECKING:
    from profiles.intake.results import FilePreview, Preview, RunPreview
    from services.importing import Role, Stored

_SHOWN_LOSSES = 5


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILES...")
@click.option("--yes", is_flag=True, help="Store without asking.")
@click.option("--preview", "only_preview", is_flag=True, help="Show what would be stored, and store nothing.")
@click.option("--label", help="What to call the run; by default the file's name.")
@click.option("--as", "role", metavar="ROLE", help="What the run is in the plan: baseline, win:NAME or final.")
@json_option
def COMMAND(
    files: tuple[str, ...], yes: bool, only_preview: bool, label: str | None, role: str | None, as_json: bool
) -> None:
    """Import logs, profiles and archives of them; '-' reads standard input. Files of one run become one run.

    Shows what was recognized, what could not be read and what the logs claim wrongly, and asks before it stores.

    \b
    python -m optim import run.log run.timing_stats.jsonl
    python -m optim import kernel.log --as baseline --yes
    python -m optim import --preview --json logs.zip
    cat run.log | python -m optim import - --label "Kaggle, cold" --yes
    """
    chosen = _role(role)
    if not (yes or only_preview or _can_ask(files)):
        fail("nobody can be asked here whether to store it: add --yes to store or --preview to look only", USAGE)
    from services import importing

    engine = open_database()
    preview = _read(files, importing.known_runs(engine))
    if not as_json:
        _show(preview)
    if not preview.runs:
        if as_json:
            print_json(_plain(preview, []))
        fail(
            "; ".join(f"{file.name}: {file.refused}" for file in preview.refused) or "there is no run in it", COULD_NOT
        )
    if chosen and len(preview.runs) > 1:
        fail(f"--as {role} is for one run, and these files hold {len(preview.runs)}: import them one by one", USAGE)
    stored: list[Stored] = []
    if not only_preview:
        if not yes and not click.confirm(f"Store {_runs(len(preview.runs))}?", err=True):
            fail("nothing was stored", NO)
        stored = importing.store_preview(engine, preview, label=label, role=chosen)
    if as_json:
        print_json(_plain(preview, stored))
    for one in () if as_json else stored:
        done = "stored" if one.is_new else "was there already, nothing added"
        click.echo(f"run {one.run_id} {done}: {one.label}")


def _can_ask(files: tuple[str, ...]) -> bool:
    return "-" not in files and sys.stdin.isatty()


def _role(text: str | None) -> Role | None:
    if text is None:
        return None
    from services.importing import UnknownRole, parse_role

    try:
        return parse_role(text)
    except UnknownRole as problem:
        fail(f"--as: {problem}", USAGE)


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"


def _read(files: tuple[str, ...], known: list[Any]) -> Preview:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    from profiles.intake.limits import Limits
    from profiles.intake.preview import preview

    limits = Limits()
    contents = [_content(name, limits.file_bytes + 1) for name in files]
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=None)
        return preview(
            contents,
            limits,
            known=known,
            progress=lambda name, done, size: bar.update(task, description=name, completed=done, total=size),
        )


def _content(name: str, most: int) -> tuple[str, bytes]:
    try:
        if name == "-":
            return "stdin", sys.stdin.buffer.read(most)
        with Path(name).open("rb") as file:
            return Path(name).name, file.read(most)
    except OSError as error:
        fail(f"{name} can not be read: {error.strerror}")


def _plain(preview: Preview, stored: list[Stored]) -> dict[str, Any]:
    runs = [{**run.to_json(), "profiles": len(run.profiles)} for run in preview.runs]
    return {**preview.to_json(), "runs": runs, "stored": [asdict(one) for one in stored]}


def _show(preview: Preview) -> None:
    for file in preview.files:
        click.echo(_file_line(file))
        for loss in file.losses[:_SHOWN_LOSSES]:
            click.echo(f"  lost: {_at(loss.line)}{loss.reason}")
        if len(file.losses) > _SHOWN_LOSSES:
            click.echo(f"  and {len(file.losses) - _SHOWN_LOSSES} more losses")
    for run in preview.runs:
        for line in _run_lines(run):
            click.echo(line)


def _file_line(file: FilePreview) -> str:
    if file.refused:
        return f"{file.name}: refused: {file.refused}"
    together = f", one run together with {', '.join(file.together_with)}" if file.together_with else ""
    return f"{file.name}: {file.title}, {_runs(len(file.runs))}{together}"


def _at(line: int | None) -> str:
    return f"line {line:,}: " if line else ""


def _run_lines(run: RunPreview) -> list[str]:
    from cli._text import percent, seconds

    record = run.record
    count = record.workload.tasks if record.workload else len(record.tasks)
    lines = [f"run {record.label}: {seconds(record.wall_seconds)}, {count} tasks, caches {record.cache_state}"]
    sums = [phase for phase in record.phases if phase.basis == "sum"]
    lines += [f"  phase {' / '.join(phase.path)}: {seconds(phase.total_seconds)}" for phase in sums]
    if len(sums) < len(record.phases):
        lines.append(f"  and {len(record.phases) - len(sums)} phases that are no part of the wall-clock")
    for cache in record.caches:
        rate = percent(cache.hit_rate)
        lines += [f"  cache {cache.name}: {cache.hits:,} hits of {cache.lookups:,} ({rate})"]
    lines += [f"  {one.severity}: {_at(one.line)}{one.claimed}: {one.follows}" for one in record.findings]
    return lines + [f"  note: {note}" for note in record.notes]
