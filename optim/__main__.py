"""``python -m optim COMMAND``: the command line."""

from cli._main import command_line, main

__all__ = ["main"]

if __name__ == "__main__":
    command_line()
