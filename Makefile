# The few commands of this house. `make demo` and `make test` install what they need.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps --only-binary :all:
# Node of the machine where there is one, else the one that PyPI carries.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: setup setup-dev demo test test-commands test-pages test-others coverage coverage-verifier lint contracts contracts-test bench lock wheel clean

# The pages come after the packages they are built from, also where make works at several things at once.
setup: $(VENV)/.setup
	@$(MAKE) --no-print-directory $(VENV)/.built
setup-dev: $(VENV)/.setup-dev
	@$(MAKE) --no-print-directory $(VENV)/.built

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found."; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo "On Debian: apt install python3-venv"; exit 1; }

$(VENV)/.runtime: requirements/runtime.txt requirements/node.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) -r requirements/runtime.txt
	scripts/ensure_node.sh $(VENV)
	@echo "$(CURDIR)" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/vergabesiegel.pth"
	@printf '#!%s/$(BIN)/python\nimport sys\nfrom ledger.cli import app\nsys.exit(app())\n' "$(CURDIR)" > $(BIN)/siegel && chmod +x $(BIN)/siegel
	@touch $@

# Of npm only what the pages are built from.
$(VENV)/.setup: $(VENV)/.runtime package-lock.json
	npm ci --omit=dev --omit=optional --ignore-scripts --loglevel=error
	@touch $@

# Two packages that the OCDS checker needs are published as source only: the hashed setuptools builds them.
$(VENV)/.setup-dev: $(VENV)/.runtime requirements/dev.txt requirements/build.txt package-lock.json
	$(PIP) -r requirements/build.txt
	$(PIP) --no-binary odfpy,zc-zlibstorage --no-build-isolation -r requirements/dev.txt
	npm ci --ignore-scripts --loglevel=error
	scripts/ensure_system_packages.sh
	@touch $@ $(VENV)/.setup

# Browser files, after either of the two.
$(VENV)/.built: package-lock.json $(wildcard scripts/build_*.mjs scripts/client_*.mjs explorer/client/*/*) ledger/evidence/verify/words.json ledger/statute.json
	node scripts/build_explorer.mjs
	node scripts/build_verifier.mjs
	node scripts/build_bid_page.mjs
	node scripts/build_opening_page.mjs
	@touch $@

demo: setup
	$(BIN)/siegel demo

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	node_modules/.bin/tsc --project explorer/client

contracts: setup-dev
	$(BIN)/python scripts/compile_contracts.py

contracts-test: setup-dev
	scripts/forge_test.sh

# Three lanes on two cores, for each waits now and then: for a process, a browser, a deadline. Each test is in one of them.
COMMANDS := tests/cli
PAGES    := tests/bid tests/demo tests/explorer tests/officers
LANES    := test-commands test-pages test-others
PYTEST := $(BIN)/python -m pytest

test: lint
	$(MAKE) --no-print-directory --jobs=3 --output-sync=target $(LANES)

# The same with branches counted, which takes about twice as long.
coverage:
	$(BIN)/coverage erase
	$(MAKE) --no-print-directory --jobs=3 --output-sync=target PYTEST="$(BIN)/coverage run -m pytest" $(LANES)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# Both verifiers by the tests that are about them alone: each line and branch ran; see docs/verifying.md.
ALONE := --data-file=.coverage-verifier
COUNTS := build/counts

coverage-verifier: setup-dev
	rm -rf $(COUNTS) && mkdir -p $(COUNTS)
	$(BIN)/coverage erase $(ALONE)
	VERIFIER_COUNTS=$(CURDIR)/$(COUNTS) $(BIN)/coverage run $(ALONE) --source=ledger/evidence/verify -m pytest tests/evidence tests/attacks tests/verifier
	$(BIN)/coverage combine --quiet $(ALONE)
	$(BIN)/coverage report $(ALONE) --fail-under=100
	node scripts/count_verifier.mjs $(COUNTS)

test-commands: setup-dev
	$(PYTEST) $(COMMANDS)

test-pages: contracts-test
	$(PYTEST) $(PAGES)

test-others: setup-dev
	$(PYTEST) tests $(patsubst %,--ignore=%,$(COMMANDS) $(PAGES))

bench: setup-dev
	$(BIN)/python -m benchmarks.node
	$(BIN)/python -m benchmarks.importing
	$(BIN)/python -m benchmarks.index
	$(BIN)/python -m benchmarks.long_process
	$(BIN)/python -m benchmarks.search
	$(BIN)/python -m benchmarks.api
	$(BIN)/python -m benchmarks.evidence
	$(BIN)/python -m benchmarks.sealing
	$(BIN)/python -m benchmarks.bidding
	$(BIN)/python -m benchmarks.opening
	$(BIN)/python -m benchmarks.sealed_history

# Versions and hashes only: no registry is named in a lock file.
lock: setup-dev
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --extra dev -c requirements/runtime.txt pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 requirements/node.in -o requirements/node.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 requirements/build.in -o requirements/build.txt

wheel: setup-dev
	$(BIN)/python -m build --wheel --no-isolation

clean:
	rm -rf build dist out cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
