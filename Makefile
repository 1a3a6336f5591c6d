# Needs python3 (>= 3.11, with venv and pip) and make. Everything else is installed into .venv from requirements.lock.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed

.DEFAULT_GOAL := help
.PHONY: help demo test test-system soak lint format proto proofs lock clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r target text; do \
		printf '  make %-12s %s\n' "$$target" "$$text"; done

demo: $(INSTALLED) ## Run 1,000 generated leads through the gate on SQLite, and say what happened
	@$(BIN)/leadgate demo

test: $(INSTALLED) ## Run every check and every test, PostgreSQL included
	@$(BIN)/python -m pytest

test-system: $(INSTALLED) ## Run the objection desk in a real Chromium (Debian: chromium, chromium-driver)
	@$(BIN)/python -m pytest tests/system

soak: $(INSTALLED) ## Run the tests with full counts and fresh random examples
	@LEADGATE_SOAK=1 $(BIN)/python -m pytest

lint: $(INSTALLED) ## Run only the checks of style, types, imports and contract
	@$(BIN)/python -m pytest -q tests/house/test_lint.py

format: $(INSTALLED) ## Format the code and mend what can be mended by machine
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

proto: $(INSTALLED) ## Generate the code of the contract
	@$(BIN)/python -m tests.house.contract

proofs: $(INSTALLED) ## Write docs/proofs.md and the table in README.md: what the tests prove
	@$(BIN)/python -m tests.house.proofs
	@$(BIN)/python -m tests.house.readme

lock: $(INSTALLED) ## Pin the newest versions that pyproject.toml allows, with hashes
	@$(BIN)/python -m pip install -qq --disable-pip-version-check uv
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock' \
		--quiet --output-file requirements.lock

clean: ## Remove everything that make and the tools have made
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		"leadgate needs Python 3.11 or later; $(PYTHON) is " + sys.version.split()[0] + \
		". Name another with: make PYTHON=python3.12 ...")'
	@echo "Installing the locked dependencies into .venv (the first time takes about a minute)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
