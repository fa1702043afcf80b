"""``import``: other people's logs and profiles, looked at first, then stored."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli._common import json_option, print_json
from cli._facts_options import facts_options, texts_of
from services.places import open_database
from services.problems import COULD_NOT, NO, USAGE, Problem, fail

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from profiles.intake.results import FilePreview, Preview, RunPreview
    from services.importing import Stored

_SHOWN_LOSSES = 5


@click.command()
@click.argument("files", nargs=-1, metavar="FILES...")
@click.option("--watch", "folder", type=click.Path(path_type=Path), metavar="FOLDER", help="Take what arrives there.")
@click.option("--yes", is_flag=True, help="Store without asking.")
@click.option("--preview", "only_preview", is_flag=True, help="Show what would be stored, and store nothing.")
@click.option("--label", help="What to call the run; by default the file's name.")
@click.option("--as", "role", metavar="ROLE", help="What the run is in the plan: baseline, final, run, or win:NAME.")
@facts_options
@json_option
def COMMAND(
    files: tuple[str, ...],
    folder: Path | None,
    yes: bool,
    only_preview: bool,
    label: str | None,
    role: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Import logs, profiles, archives of them and whole folders; '-' reads standard input. Files of one run become one
    run. --watch takes what arrives in a folder, without asking, until Ctrl-C.

    Shows what was recognized, what could not be read and what the logs claim wrongly, and asks before it stores. What
    the logs do not say can be said by options, now or later by 'assign'.

    \b
    quickwin import run.log run.timing_stats.jsonl
    quickwin import kernel.log --as baseline --machine Kaggle --caches cold --yes
    quickwin import kernel2.log --as win:NAME --machine Kaggle --caches cold --yes
    quickwin import --preview --json logs.zip
    quickwin import kaggle_output/ --machine Kaggle --yes
    quickwin import --watch kaggle_output --machine Kaggle
    cat run.log | quickwin import - --label "Kaggle, cold" --yes

    Exit codes: 0 done, 1 nothing was stored, 2 usage, 3 a file could not be read (the others are stored).
    """
    texts = texts_of(options, role)
    if folder is not None:
        _watch(folder, files, texts, as_json)
        return
    if not files:
        fail("name the files to import: quickwin import run.log, a folder, or - for standard input", USAGE)
    if not (yes or only_preview or _can_ask(files)):
        fail("nobody can be asked here whether to store it: add --yes to store or --preview to look only", USAGE)
    from services import importing
    from services.facts import read_facts

    engine = open_database()
    facts = read_facts(texts, engine)
    contents, inside, unread = _contents(files)
    preview = _read(contents, engine)
    if not as_json:
        _show(preview)
    if not preview.runs:
        if as_json:
            print_json(_plain(preview, []))
        refused = [f"{file.name}: {file.sentence}" for file in preview.refused]
        fail("; ".join([*refused, *unread]) or "there is no run in it", COULD_NOT)
    importing.check(preview, facts)
    stored: list[Stored] = []
    if not only_preview:
        if not yes and not click.confirm(f"Store {_runs(len(preview.runs))}?", err=True):
            fail("nothing was stored", NO)
        stored = importing.store_preview(engine, preview, label=label, facts=facts)
    if as_json:
        print_json(_plain(preview, stored))
    elif stored and preview.measurements:
        _tell_measurements(engine, preview, stored)
    elif len(stored) > 1:
        _tell(engine, stored)
    else:
        for run in stored:
            click.echo(run.sentence)
    # What merely lies in a folder need not be a log.
    named = [file for file in preview.refused if file.name.partition("/")[0] not in inside]
    if named or unread:
        fail("; ".join([*(f"{file.name}: refused: {file.sentence}" for file in named), *unread]))


def _tell(engine: Engine, stored: list[Stored]) -> None:
    """What became of several runs, and which of them is best and why."""
    from services.ranking import MOST_RUNS, rank

    for run in stored:
        click.echo(run.sentence)
    ids = list(dict.fromkeys(run.run_id for run in stored))
    if 2 <= len(ids) <= MOST_RUNS:
        ranking = rank(engine, ids)
        click.echo("\nWhich is best, and why:")
        for line in (*ranking.summary, *ranking.against):
            click.echo(f"  {line}")


def _tell_measurements(engine: Engine, preview: Preview, stored: list[Stored]) -> None:
    """What became of measurements whose blocks came: their runs are told by the verdict, not one by one."""
    from services import elsewhere, importing

    new = sum(run.is_new for run in stored)
    click.echo(f"{_runs(new)} stored" + (f", {len(stored) - new} there already" if new < len(stored) else ""))
    for sentence in elsewhere.sentences(engine, importing.store_measurements(engine, preview)):
        click.echo(sentence)


def _watch(folder: Path, files: tuple[str, ...], texts: dict[str, str | None], as_json: bool) -> None:
    from services.facts import read_facts
    from services.folders import Arrived, Watch, watch

    if files or not folder.is_dir():
        fail(
            f"{folder} is no folder; name one that is there"
            if not files
            else "--watch takes a folder and no files beside it",
            USAGE,
        )

    def tell(arrived: Arrived) -> None:
        for run in arrived.stored:
            click.echo(json.dumps({**asdict(run), "sentence": run.sentence}) if as_json else run.sentence)
        for sentence in arrived.measurements:
            click.echo(json.dumps({"measurement": sentence}) if as_json else sentence)
        for file in arrived.refused:
            click.echo(f"{file.name}: no run in it: {file.sentence}", err=True)

    engine = open_database()
    facts = read_facts(texts, engine)
    click.echo(f"watching {folder}; Ctrl-C ends it", err=True)
    try:
        watch(Watch(engine=engine, folder=folder, facts=facts), tell)
    except KeyboardInterrupt:
        click.echo("no longer watching; what arrived is stored", err=True)


def _can_ask(files: tuple[str, ...]) -> bool:
    return "-" not in files and sys.stdin.isatty()


def _runs(number: int) -> str:
    from services.wording import count

    return count(number, "run")


def _contents(names: tuple[str, ...]) -> tuple[list[tuple[str, bytes]], set[str], list[str]]:
    """The files' names and bytes; the names of those found in folders, up to their first slash; and a sentence for each
    that can not be read."""
    from services.folders import MOST_BYTES, content, paths_in

    contents: list[tuple[str, bytes]] = []
    archives: set[str] = set()
    unread: list[str] = []
    for name in names:
        path = Path(name)
        if name == "-":
            contents.append(("stdin", sys.stdin.buffer.read(MOST_BYTES + 1)))
        elif path.is_dir():
            inside = [content(inner_path, path) for inner_path in paths_in(path)]
            archives |= {inner.partition("/")[0] for inner, _ in inside}
            contents += inside
        else:
            try:
                contents.append(content(path))
            except Problem as problem:
                unread.append(str(problem))
    return contents, archives, unread


def _read(contents: list[tuple[str, bytes]], engine: Engine) -> Preview:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    from services.importing import read

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=None)
        return read(
            engine,
            contents,
            lambda name, done, size: bar.update(task, description=name, completed=done, total=size),
        )


def _plain(preview: Preview, stored: list[Stored]) -> dict[str, Any]:
    runs = [{**run.to_json(), "profiles": len(run.profiles)} for run in preview.runs]
    return {
        **preview.to_json(),
        "runs": runs,
        "stored": [{**asdict(run), "is_new": run.is_new, "sentence": run.sentence} for run in stored],
    }


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
        return f"{file.name}: refused: {file.sentence}"
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
        rest = len(record.phases) - len(sums)
        are = "phase that is" if rest == 1 else "phases that are"
        lines.append(f"  and {rest} {are} no part of the wall-clock")
    for cache in record.caches:
        rate = percent(cache.hit_rate)
        lines += [f"  cache {cache.name}: {cache.hits:,} hits of {cache.lookups:,} ({rate})"]
    lines += [
        f"  {finding.severity}: {_at(finding.line)}{finding.claimed}: {finding.follows}" for finding in record.findings
    ]
    return lines + [f"  note: {note}" for note in record.notes]
