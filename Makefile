# Commands of the project; `make help` lists them. Each sets up what it needs, by a stamp in the virtual
# environment, and again when a lock has changed.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   ?= .venv
ROLE   ?= system_administrator
NUMBER ?=
PYTEST_ARGS ?=
ARGS ?=
ROWS_REPORT ?= build/rows.json

BIN   := $(VENV)/bin
RUN   := $(BIN)/python
TOOLS := $(CURDIR)/$(VENV)-tools/bin
CODE  := services gateway deploy tests docs/examples protos/generate.py
# Folders that exist so far; a checker given a missing folder would stop.
PRESENT = $(wildcard $(CODE))

export PORT BASE_PORT DEMO
# Where tests find Node.
export SHUYUAN_TOOLS = $(TOOLS)

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev setup-tools run up down status token test test-only lint format protos story rows rules-long bench numbers chaos chart openapi clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ── setting up ───────────────────────────────────────────────────────────────────────────────────────────

$(VENV)/.made: requirements-uv.lock
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Shuyuan needs Python 3.11 or newer with its venv module; name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "This Python has no venv module; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) …"
	@"$(PYTHON)" -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@$(RUN) -c 'import pathlib, sysconfig; r = pathlib.Path.cwd(); \
		pathlib.Path(sysconfig.get_paths()["purelib"], "shuyuan.pth").write_text("".join(f"{p}\n" for p in (r, r / "services", r / "protos/gen")))'
	@touch $@

$(VENV)/.local: $(VENV)/.made requirements-local.lock
	@$(BIN)/uv pip install --quiet --python $(RUN) --require-hashes -r requirements-local.lock
	@touch $@

$(VENV)/.dev: $(VENV)/.made requirements-dev.lock
	@echo "Installing what tests and checks need …"
	@$(BIN)/uv pip install --quiet --python $(RUN) --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.local

setup: $(VENV)/.local ## install what `make run` needs into .venv

setup-dev: $(VENV)/.dev ## install what `make test` and `make lint` need into .venv

# Node in this environment would shadow another: it is kept apart. It sees the packages of the first one.
$(VENV)-tools/.made: $(VENV)/.dev requirements-tools.lock
	@echo "Installing Node into $(VENV)-tools …"
	@"$(PYTHON)" -m venv --without-pip $(VENV)-tools
	@$(BIN)/uv pip install --quiet --python $(TOOLS)/python --require-hashes -r requirements-tools.lock
	@site=$$($(RUN) -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])') && \
		$(TOOLS)/python -c 'import pathlib, sys, sysconfig; \
		pathlib.Path(sysconfig.get_paths()["purelib"], "shuyuan.pth").write_text("import site; site.addsitedir(%r)\n" % sys.argv[1])' "$$site"
	@touch $@

setup-tools: $(VENV)-tools/.made ## install Node for the TypeScript checks into .venv-tools

# ── running ──────────────────────────────────────────────────────────────────────────────────────────────

run: setup ## start everything here; Ctrl-C stops it (PORT=8000 BASE_PORT=17400 DEMO=small|none)
	@exec $(RUN) -m deploy.local run

up: setup ## start everything in the background
	@$(RUN) -m deploy.local up

down: setup ## stop what `make up` started
	@$(RUN) -m deploy.local down

status: setup ## say what runs
	@$(RUN) -m deploy.local status

token: setup ## print an access token (ROLE=branch_secretary or NUMBER=…)
	@$(RUN) -m deploy.local token $(if $(NUMBER),--number "$(NUMBER)",--role "$(ROLE)")

# ── checking ─────────────────────────────────────────────────────────────────────────────────────────────

test: setup-dev setup-tools ## run every test (one: make test-only PYTEST_ARGS="-k name")
	@mkdir -p build
	@$(RUN) -m pytest -p tests.rows.plugin --rows-report=$(ROWS_REPORT) --numprocesses=auto $(PYTEST_ARGS)

test-only: setup-dev ## run some tests: make test-only PYTEST_ARGS="tests/unit -k name"
	@$(RUN) -m pytest -p tests.rows.plugin $(PYTEST_ARGS)

lint: setup-dev ## check style, types, imports and protos
	$(BIN)/ruff check $(PRESENT)
	$(BIN)/ruff format --check $(PRESENT)
	$(BIN)/mypy $(PRESENT)
	PYTHONPATH=.:services:protos/gen $(BIN)/lint-imports
	cd protos && ../$(BIN)/buf format -d --exit-code --path shuyuan
	$(RUN) protos/generate.py --check
	cd protos && ../$(BIN)/buf lint gen/shuyuan.binpb --path shuyuan

format: setup-dev ## format code and protos
	$(BIN)/ruff check --fix $(PRESENT)
	$(BIN)/ruff format $(PRESENT)
	cd protos && ../$(BIN)/buf format -w --path shuyuan

protos: setup-dev ## generate stubs, types and descriptors from the protos
	$(RUN) protos/generate.py

openapi: setup-dev ## write the OpenAPI and AsyncAPI documents from the protos
	$(RUN) -m gateway openapi > build.new && mv build.new gateway/openapi.json
	$(RUN) -m gateway asyncapi > build.new && mv build.new docs/asyncapi.json

rows: setup-dev ## say which rows of docs/rows.yaml the last test run showed
	$(RUN) -m tests.rows --missing --report $(ROWS_REPORT)

story: setup ## play the story in the running system (`make run` or `make up` first) and tell it
	@$(RUN) -m deploy.local.story

rules-long: setup-dev ## compare 100,000 earliest days with stepping day by day (make test: 1,000)
	SHUYUAN_RULE_CASES=100000 $(RUN) -m pytest -p tests.rows.plugin tests/unit/rulebook/test_stepping.py $(PYTEST_ARGS)

bench: setup-dev ## measure speed beside the usual single-process application
	$(RUN) -m tests.load

numbers: setup-dev ## measure what membership promises: make numbers ARGS="--people 2000" (ARGS=--help lists the sizes)
	$(RUN) -m tests.load membership $(ARGS)

chaos: setup-dev ## play the story once for each process that is killed, at every scene
	SHUYUAN_LONG=1 $(RUN) -m pytest -p tests.rows.plugin tests/e2e/test_kills.py $(PYTEST_ARGS)

chart: setup-dev ## render and check the chart
	$(RUN) -m pytest -p tests.rows.plugin tests/deploy $(PYTEST_ARGS)

clean: ## remove what was built; the data in .local stays
	rm -rf build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
