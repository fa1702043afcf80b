"""``python -m optim COMMAND``: the command line."""

from profiles.interruption import run_program

if __name__ == "__main__":
    run_program("cli._main", "command_line")
else:
    from cli._main import main as main
