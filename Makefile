# Two commands for users, the rest for developers. Needs Python 3.11 or newer and make.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist worksteal
COVERED := 90
CARD ?= na64e-2018

.PHONY: limit test test-long coverage lines lint types docs benchmark clean

limit: .venv/base.stamp  ## the 90 % CL limit of CARD, in out/CARD/
	$(BIN)/scotopic limit $(CARD) --output out/$(CARD)

test: lint types docs  ## lint, types, documentation and the full suite
	$(PYTEST) -m "not long"

test-long: lint types docs  ## the same with what takes long, and with new random draws
	$(PYTEST) --hypothesis-profile=random

coverage: .venv/all.stamp  ## how much of the code the suite runs; less than COVERED per cent fails
	$(PYTEST) -m "not long" --cov --cov-report=term --cov-fail-under=$(COVERED)

lines:  ## code without docstrings, comments and blank lines
	$(PYTHON) scripts/count_lines.py src tests

lint: .venv/all.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: .venv/all.stamp
	$(BIN)/mypy

docs: .venv/all.stamp  ## the documentation site, in site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

benchmark: .venv/all.stamp
	$(BIN)/python -m pytest benchmarks --benchmark-enable --benchmark-only

clean:
	rm -rf .venv out site

.venv/python.stamp:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer was found; set PYTHON" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	touch $@

.venv/base.stamp: .venv/python.stamp pyproject.toml constraints.txt
	$(PIP) hatchling editables
	$(PIP) --no-build-isolation --editable .
	touch $@

.venv/all.stamp: .venv/base.stamp
	$(PIP) --no-build-isolation --editable '.[all]'
	touch $@
