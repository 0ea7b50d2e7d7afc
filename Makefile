# The only door. `make demo` and `make test` need Python 3.11+ and nothing else.
.PHONY: setup demo serve test lint types contracts audit docs bench lock screenshots clean system

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := build/demo

setup: $(VENV)/.ready

$(VENV)/.ready: requirements/dev.txt pyproject.toml hatch_build.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Breachdesk needs Python 3.11 or newer (found: $$($(PYTHON) --version))"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

system:
	@tools/system-packages

# The breach is invented and its dates are fixed, so the pack is judged at the evening on which it was understood.
demo: setup $(DEMO)/evidence-room/truth.json
	rm -rf $(DEMO)/pack
	$(BIN)/breachdesk assess $(DEMO)/evidence-room/evidence --facts $(DEMO)/evidence-room/facts.yaml \
	  --out $(DEMO)/pack --key-folder $(DEMO)/keys --at 2026-11-20T20:00+01:00
	@echo "The same breach at a desk for a team: BREACHDESK_DATA=$(DEMO)/desk $(BIN)/breachdesk serve --demo"

# The desk, on the folder that BREACHDESK_DATA names. Ctrl-C closes it.
serve: setup
	$(BIN)/breachdesk serve

$(DEMO)/evidence-room/truth.json: | setup
	$(BIN)/python -m breachdesk.standing --seed 2026 --people 2000 --out $(DEMO)/evidence-room

# One worker more than processors: many tests wait for a database, a browser or a killed process. The longest files are
# begun first (tests/conftest.py).
test: setup system
	$(BIN)/python -m pytest -n $$(( $$($(PYTHON) -c 'import os; print(os.cpu_count() or 1)') + 1 )) --dist loadfile --no-loadscope-reorder

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/codespell

types: setup
	BREACHDESK_DATA=build/types-desk $(BIN)/mypy

contracts: setup
	$(BIN)/lint-imports

# Our code and what it stands on, against known weaknesses.
audit: setup
	$(BIN)/python tools/audit

screenshots: demo system
	$(BIN)/python tools/screenshots $(DEMO)/pack docs/pictures
	$(BIN)/python tools/desk-screenshots docs/pictures

# The shelf of laws as static pages: build/site/index.html
docs: setup
	$(BIN)/breachdesk law site build/site

bench: setup
	$(BIN)/python -m bench

lock:
	$(PYTHON) -m venv build/lock && build/lock/bin/pip install --quiet uv
	for name in run dev bench; do build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/$$name.in -o requirements/$$name.txt; done

clean:
	rm -rf build $(VENV)
