"""``python -m optim COMMAND``: the command line."""

from cli._main import main

if __name__ == "__main__":
    main(prog_name="quickwin")
