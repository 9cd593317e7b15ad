# Set-up, demo and checks. Needs Python 3.11 or newer, make and git, and a package index for the first run.
#
#   make demo    redacts a drawn street, then serves drawn cameras until Ctrl-C; DEMO="--seconds 20" ends it
#   make test    runs the tests
#   make test-footage  runs the slow ones on real footage beside the checkout; without it they skip
#   make lint    style, types, import contracts
#   make bench   speed and exposure against other tools (needs the footage beside the checkout)
#   make schema  writes docs/reference/report.schema.json anew
#   make example  writes passerby.example.toml anew
#   make wheel   builds dist/passerby-*.whl

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PINNED = --quiet --disable-pip-version-check -c constraints.txt --build-constraint constraints.txt
SET_UP = pyproject.toml constraints.txt hatch_build.py $(wildcard build_models/*.py)

.PHONY: demo test test-footage lint bench schema example wheel clean

demo: $(VENV)/.installed
	$(BIN)/passerby demo $(DEMO)

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m "not slow"

test-footage: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m slow -rs

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-dev
	$(BIN)/python bench/bench.py

schema: $(VENV)/.installed
	$(BIN)/python -m passerby.report.schema docs/reference/report.schema.json

example: $(VENV)/.installed
	$(BIN)/python -m passerby.config_example passerby.example.toml

wheel: $(VENV)/.installed
	$(BIN)/python -m pip wheel $(PINNED) --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) dist demo

# Each stamp is written last, so that an install that was interrupted is done again.
$(VENV)/.pip: constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "passerby needs Python 3.11 or newer; this is %d.%d (hint: make PYTHON=python3.12 ...)" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --upgrade pip
	@touch $@

$(VENV)/.installed: $(VENV)/.pip $(SET_UP)
	$(BIN)/python -m pip install $(PINNED) -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install $(PINNED) -e '.[dev]'
	@touch $@
