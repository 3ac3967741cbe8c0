# Everything here needs Python 3.11 or newer, git and make; it makes its own environment in .venv.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
VENV   := .venv
BIN    := $(VENV)/bin
PY     := $(BIN)/python
# Other people's material for the conformance suite.
DATA   ?= ../shared
# Worker processes of the tests.
JOBS   ?= 2
PIP    := $(PY) -m pip --disable-pip-version-check --quiet
LOCK   := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --quiet --all-extras

.PHONY: help run test check conformance nightly bench dev lock docs reference components clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run.stamp ## judge the published cases, end to end, in one minute
	$(BIN)/lawkeep demo --once

test: $(VENV)/test.stamp components ## every test but the long ones and other people's material
	$(PY) -m pytest tests -m "not nightly" --ignore=tests/conformance -n $(JOBS) \
		--hypothesis-profile=quick $(ARGS)

check: $(VENV)/dev.stamp ## style, types, direction of imports, house rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict src
	$(BIN)/lint-imports --no-cache
	$(PY) -m pytest tests/unit/test_house.py -q -p no:cacheprovider

conformance: $(VENV)/test.stamp ## against other people's material: make conformance DATA=folder
	LAWKEEP_CONFORMANCE_DATA="$(DATA)" $(PY) -m pytest tests/conformance -m "not nightly" \
		--hypothesis-profile=quick $(ARGS)

nightly: $(VENV)/test.stamp components ## the tests that take long
	$(PY) -m pytest tests -m nightly --ignore=tests/conformance -n $(JOBS) --timeout=0 \
		--hypothesis-profile=nightly $(ARGS)

bench: $(VENV)/test.stamp ## run every measurement in bench/
	@for f in bench/*.py; do [ -e "$$f" ] || continue; echo "== $$f"; $(PY) "$$f"; done

dev: $(VENV)/dev.stamp ## an environment with everything, to work in (source .venv/bin/activate)

docs: $(VENV)/dev.stamp ## build the documentation into site/, in English and Chinese
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

reference: $(VENV)/dev.stamp ## write anew what the docs take from the code: pages, tables, pictures
	$(PY) tools/reference.py
	$(PY) tools/docs_parts.py
	$(PY) tools/pictures.py

lock: $(VENV)/dev.stamp ## resolve requirements/*.txt anew (UPGRADE=--upgrade for newer versions)
	$(LOCK) $(UPGRADE) pyproject.toml requirements/{run,test,dev}.in -o requirements/dev.txt
	$(LOCK) -c requirements/dev.txt pyproject.toml requirements/{run,test}.in -o requirements/test.txt
	$(LOCK) -c requirements/dev.txt pyproject.toml requirements/run.in -o requirements/run.txt

components: # programs that some tests need; where they cannot be had, those tests say so
	@tools/components || true

clean: ## remove the environment and everything that was built
	rm -rf $(VENV) build dist site out .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(PY):
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv" >&2; exit 5; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python cannot make an environment: apt-get install python3-venv" >&2; exit 5; }

# A locked set, then the package itself in place. The stamp is older than the lock only after a
# change of the lock, so that an environment that is up to date costs nothing.
$(VENV)/%.stamp: requirements/%.txt pyproject.toml | $(PY)
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null
	@echo "installing requirements/$*.txt"
	@$(PIP) install --require-hashes -r $<
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
