# Two commands for everybody: make demo and make test. Each sets itself up in .venv, from locked dependencies.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.run-installed
DEV_STAMP := $(VENV)/.dev-installed
OUT ?= demo-study

.PHONY: demo test check bench truth clean

demo: $(RUN_STAMP)
	$(BIN)/abate demo --out $(OUT) --overwrite

test: $(DEV_STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(TESTS)

check: $(DEV_STAMP)
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(DEV_STAMP)
	$(BIN)/python -m benchmarks

# Simulated hospitals with known truth; goes on where it stopped, and writes docs/known-truth.md.
truth: $(DEV_STAMP)
	$(BIN)/python -m tests.known_truth.run --out known-truth
	$(BIN)/python -m tests.known_truth.page --results known-truth
	$(BIN)/python -m tests.known_truth.plans --out known-truth

clean:
	rm -rf $(VENV) demo-study build dist

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "abate needs Python 3.11 or later; name one with make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "This Python cannot make virtual environments; on Debian: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(RUN_STAMP): requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

$(DEV_STAMP): requirements/dev.txt $(RUN_STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

.PHONY: lock
lock:  ## Resolve requirements/ anew; needs uv
	cd requirements && uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate -c constraints.txt build.in ../pyproject.toml -o run.txt
	cd requirements && uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate -c run.txt build.in ../pyproject.toml --extra test --extra check -o dev.txt
