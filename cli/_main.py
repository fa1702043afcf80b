"""The command line: ``quickwin COMMAND`` or ``python -m optim COMMAND``. Each command is one file in ``cli``."""

from __future__ import annotations

import atexit
import contextlib
import gc
import sys
from collections.abc import Callable
from typing import Any

import click

from cli import command_name, command_names, load_command, short_help
from cli._project_option import project_option, with_project_option
from profiles.interruption import interruptible
from services import interruption
from services.problems import COULD_NOT, INTERRUPTED, Problem


class Commands(click.Group):
    """A group that imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [command_name(name) for name in command_names()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = next((name for name in command_names() if command_name(name) == cmd_name), None)
        return None if module is None else with_project_option(load_command(module))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            room = formatter.width - 6 - max(map(len, self.list_commands(ctx)))
            formatter.write_dl([(command_name(name), shortened(short_help(name), room)) for name in command_names()])

    def invoke(self, ctx: click.Context) -> Any:
        """What a service or the database could not do is one sentence on stderr and an exit code."""
        try:
            return super().invoke(ctx)
        except Problem as problem:
            raise CommandProblem(str(problem), problem.exit_code) from problem
        except (KeyboardInterrupt, click.Abort):
            raise _interrupted() from None
        except (click.ClickException, click.exceptions.Exit):
            raise
        except Exception as error:
            if _is_of_the_database(error):
                raise CommandProblem(str(error), COULD_NOT) from error
            if sentence := _fault():  # what nobody expected, on a database that is damaged
                raise CommandProblem(sentence, COULD_NOT) from error
            raise

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Runs it; from here on every interruption, whatever it hits, ends with its own exit code and never with 1."""
        run: Callable[..., Any] = super().main
        if not standalone_mode:
            return run(*args, standalone_mode=False, **extra)
        interruption.begin()
        with interruptible():
            try:
                code = run(*args, standalone_mode=False, **extra)
            except click.ClickException as problem:
                code = _shown(problem)
            except (KeyboardInterrupt, click.Abort):
                code = _shown(_interrupted())
            sys.exit(code)


def _shown(problem: click.ClickException) -> int:
    problem.show()
    return problem.exit_code


def _interrupted() -> CommandProblem:
    """What an interruption that no service caught comes to: 130 when nothing was stored yet."""
    if interruption.has_stored():
        return CommandProblem("interrupted; what was stored by then stays", COULD_NOT)
    return CommandProblem("interrupted; nothing was stored", INTERRUPTED)


def _is_of_the_database(error: Exception) -> bool:
    # Who raised it has loaded it; a command that opens no database need not, nor before it does.
    problems = sys.modules.get("db.problems")
    return problems is not None and isinstance(error, (problems.DatabaseProblem, problems.UnknownRow))


def _fault() -> str | None:
    from services.keeping import fault
    from services.places import database_url

    with contextlib.suppress(Exception):
        return fault(database_url())
    return None


def shortened(text: str, room: int) -> str:
    """A sentence cut to so many characters."""
    return text if len(text) <= room else f"{text[: room - 3].rstrip()}..."


class CommandProblem(click.ClickException):
    """A problem as click shows it."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click declares it for the class


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Quickwin: make a slow pipeline fast, one quick win at a time, on evidence.

    \b
    quickwin run --wins all --cold     run the pipeline once and record it
    quickwin measure none all          is it faster? blocks until the answer is clear
    quickwin serve                     look at everything in the browser

    Exit codes: 0 done, 1 the answer is no, 2 usage, 3 could not, 130 interrupted before anything was stored.
    """


main.params.append(project_option())


def command_line() -> None:
    """Runs the command that the process was started with.

    A command loads much and is over soon: the garbage collector would go through all of it again and again, and once
    more when the process ends, for as long as the rest of a short command takes.
    """
    gc.set_threshold(100_000, 20, 50)
    atexit.register(gc.freeze)
    main(prog_name="quickwin")
