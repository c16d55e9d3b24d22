# Ten verbs. `make run` on a bare machine needs Python 3.11 or newer and nothing else.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
READY_DEV := .venv/.ready-dev
READY_ENGINES := .venv/.ready-engines
# Checks keep nothing, so their secrets are invented and their database is never opened.
CHECK_ENV := JISHI_DEMO=1 JISHI_SECRETS=throwaway JISHI_HOME=var/check JISHI_DB_POOL=0 \
	DATABASE_URL=postgresql://jishi_app@127.0.0.1:1/none DJANGO_SETTINGS_MODULE=jishi.config.settings
WORKERS ?= 2

.PHONY: help setup run test test-engines mutants bench-50m test-faults check fmt types demo shell bench docs lock

help: ## list the verbs
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(READY) ## make .venv with the jishi command in it

$(READY): requirements/core.txt pyproject.toml $(wildcard src/jishi/*/locale/*/LC_MESSAGES/*.po src/jishi/surfaces/*/locale/*/LC_MESSAGES/*.po)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is %d.%d. Name another with PYTHON=python3.12." % sys.version_info[:2])'
	if command -v uv >/dev/null; then
		[ -x $(BIN)/python ] || uv venv --quiet --python $(PYTHON) .venv
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/core.txt
		uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	else
		[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/core.txt
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	fi
	$(BIN)/jishi messages --compile
	touch $(READY)

$(READY_DEV): $(READY) requirements/dev.txt
	@if command -v uv >/dev/null; then
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/core.txt -r requirements/dev.txt
	else
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
			-r requirements/core.txt -r requirements/dev.txt
	fi
	touch $(READY_DEV)

run: setup ## start everything and print the shop's address
	@exec $(BIN)/jishi up $(ARGS)

test: $(READY_DEV) ## run the tests (PYTEST="-k name" for some of them)
	@if ! command -v chromium >/dev/null; then
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null
		else
			echo "The journeys need Chromium: install your system's package 'chromium' and run this again." >&2
			exit 1
		fi
	fi
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q $(PYTEST)

mutants: $(READY_DEV) ## put known bugs back and see the named tests catch them (ARGS="M1 M25" for some of them)
	@$(BIN)/python tests/mutants.py $(ARGS)

test-faults: $(READY_DEV) ## kill the lane, the compactor and the database again and again while events come in
	@JISHI_FAULT_ROUNDS=$${ROUNDS:-3} $(BIN)/python -m pytest -q tests/insight/behavior/test_faults.py \
		tests/insight/behavior/faults

$(READY_ENGINES): $(READY_DEV) requirements/engines.txt
	@if ! command -v java >/dev/null; then
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq default-jre-headless >/dev/null
		else
			echo "Spark needs Java 17: install your system's package 'default-jre-headless' and run this again." >&2
			exit 1
		fi
	fi
	if command -v uv >/dev/null; then
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/engines.txt
	else
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/engines.txt
	fi
	touch $(READY_ENGINES)

test-engines: $(READY_ENGINES) ## every metric on ClickHouse's engine and on a Spark cluster, row by row
	@JISHI_TEST_ENGINES=1 $(BIN)/python -m pytest -q tests/insight/metrics/engines $(PYTEST)

check: $(READY_DEV) ## lint, formats, types, layers, migrations, dependencies, translations, vendored files
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check -q .
	$(CHECK_ENV) $(BIN)/mypy
	$(BIN)/lint-imports
	$(CHECK_ENV) $(BIN)/python -W ignore::RuntimeWarning -m django makemigrations --check --dry-run
	$(BIN)/deptry src
	$(BIN)/jishi messages --check
	$(BIN)/jishi vendor --check

types: $(READY_DEV) ## types alone
	@$(CHECK_ENV) $(BIN)/mypy

fmt: $(READY_DEV) ## format the code
	@$(BIN)/ruff check --fix --select I .
	$(BIN)/ruff format .

demo: setup ## build the demo world in an empty database
	@$(BIN)/jishi demo $(ARGS)

shell: setup ## a Python shell inside the installation
	@$(BIN)/jishi manage shell

bench: setup ## run a benchmark: make bench NAME=checkout
	@$(BIN)/jishi bench $(NAME) $(ARGS)

bench-50m: setup ## funnel, retention, RFM and portraits over 50 million events (about 14 GB of disk for a while)
	@for name in funnel retention rfm; do
		$(BIN)/jishi bench $$name --events 50M --memory 3GB --runs 2 --json || failed=1
	done
	$(BIN)/jishi bench portrait --events 50M --nights 1 --json || failed=1
	exit $${failed:-0}

docs: $(READY_DEV) ## check that the documents' links lead somewhere
	@$(BIN)/python -m pytest -q tests/architecture/test_docs.py

lock: ## for maintainers: resolve the requirements again
	@for name in core dev bench engines; do
		extra=""; [ $$name = core ] || extra="-c requirements/core.txt"
		uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
			$$extra requirements/$$name.in -o requirements/$$name.txt
	done
