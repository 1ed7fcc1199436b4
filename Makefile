# make demo shows Amur at work, make test checks it; each sets up .venv first where that is still to be done.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$p; break; fi; done)
PYTHONS ?= python3.11 python3.12 python3.13
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-all kills run bench clean lock format

demo: $(VENV)/ready
	$(BIN)/amur demo

test: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadfile

run: $(VENV)/ready
	$(BIN)/amur init .
	$(BIN)/amur run

# The same checks on every supported Python that is here, each in an environment of its own.
# Others can be named: make test-all PYTHONS="/path/to/python3.12 /path/to/python3.13".
test-all:
	@for python in $(PYTHONS); do \
		version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) \
			|| { echo "$$python: not here, left out"; continue; }; \
		echo "Python $$version"; \
		$(MAKE) --no-print-directory test VENV=.venv-$$version PYTHON=$$python || exit 1; \
	done

# A hundred passes killed at commits and at random, each finished by the next: about ten minutes.
kills: $(VENV)/ready
	$(BIN)/python tests/kills.py --kills 100

# Ratios within one run, about ten minutes. Real feeds and pages are not ours to carry: make bench DATA=folder, with
# feeds/ and pages/ in it, measures on those too.
bench: $(VENV)/ready
	$(BIN)/python tests/benchmarks/throughput.py
	$(BIN)/python tests/benchmarks/judging_cost.py
	$(BIN)/python tests/benchmarks/unchanged_feeds.py
	$(BIN)/python tests/benchmarks/prefect_share.py
	$(BIN)/python tests/benchmarks/polling.py
	$(BIN)/python tests/benchmarks/surge.py
	@if [ -n "$(DATA)" ]; then $(BIN)/python tests/benchmarks/real_input.py $(DATA) \
		&& $(BIN)/python tests/benchmarks/page_kinds.py $(DATA)/pages; fi

format: $(VENV)/ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The lock holds names, versions and hashes, for every Python and platform that pyproject.toml allows.
lock: $(VENV)/ready
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--upgrade --quiet --group dev pyproject.toml --output-file requirements.lock

clean:
	rm -rf .venv .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info build dist amur-demo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Amur needs Python 3.11 or newer; none was found. Name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@# The lock is given as constraints too: else older versions of pip take the newest of a package asked for with extras.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
		-r requirements.lock -c requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
