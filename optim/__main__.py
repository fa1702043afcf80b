"""The command line: ``python -m optim COMMAND``. Each command is one file in ``optim/commands``."""

from __future__ import annotations

import click

from optim.commands import command_names, load_command


class Commands(click.Group):
    """A group that imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name.rstrip("_") for name in command_names()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = next((name for name in command_names() if name.rstrip("_") == cmd_name), None)
        return None if module is None else load_command(module)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Quickwin: make a slow pipeline fast, one quick win at a time, on evidence.

    \b
    python -m optim run --wins all --cold     run the pipeline once and record it
    python -m optim measure none early_exit   is it faster? blocks until the answer is clear
    python -m optim serve                     look at everything in the browser

    Exit codes: 0 done, 1 the answer is no, 2 usage, 3 could not.
    """


if __name__ == "__main__":
    main(prog_name="python -m optim")
