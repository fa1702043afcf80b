# Two commands are enough: `make run` and `make test`. The rest is extra.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
# pip compiles file by file, half of them files that nothing imports: this leaves those out and takes every core.
COMPILE := $(BIN)/python -W ignore -m compileall -qq -j 0 -x '/(tests?|testing|dask|debugpy|fontTools|matplotlib|mypy|pip|sympy)/' $(VENV)/lib || true
# Every command is a process of its own: one that had to compile the tree anew would start half a second later.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run demo serve test check bench clean

run: demo serve  ## environment, the main job (baseline and all wins), then the app on what it recorded

demo: $(VENV)/run.done
	$(BIN)/quickwin demo

serve: $(VENV)/run.done
	$(BIN)/quickwin serve --port $(PORT)

test: $(VENV)/dev.done  ## environment, browser where it can be had, the whole suite
	./tests/install-browser
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(VENV)/dev.done  ## formatting, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/dev.done  ## prints the figures that the README reports; takes about half an hour
	$(BIN)/python -m benchmarks

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Quickwin needs Python 3.11 or later; $(PYTHON) is older. Try: make PYTHON=python3.12 run" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV) || { echo "No virtual environment could be made; on Debian: apt-get install python3-venv" >&2; exit 2; }

$(VENV)/run.done: requirements.txt $(BIN)/quickwin
	$(INSTALL) -r requirements.txt
	@$(COMPILE)
	@touch $@

$(BIN)/quickwin: Makefile | $(VENV)/bin/python  ## the command of this checkout, from any folder
	@printf '#!/bin/sh\nexec "%s" -P -c "import sys; sys.path.insert(0, \"%s\"); from profiles.interruption import run_program; run_program(\"cli._main\", \"command_line\")" "$$@"\n' '$(CURDIR)/$(BIN)/python' '$(CURDIR)' > $@
	@chmod +x $@

$(VENV)/dev.done: requirements.txt requirements-dev.txt $(BIN)/quickwin
	$(INSTALL) -r requirements-dev.txt
	@$(COMPILE)
	@touch $@ $(VENV)/run.done

clean:
	rm -rf $(VENV)
