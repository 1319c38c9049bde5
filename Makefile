# Everything a fresh machine needs is set up on first use; see scripts/setup.sh.

.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
# Rewritten after each completed set-up, so that a second run does nothing.
READY := .venv/.ready
OUT ?= out
ARGS ?=

.PHONY: help setup report test test-random lint bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

$(READY): requirements.lock pyproject.toml .python-version scripts/setup.sh
	@sh scripts/setup.sh
	@touch $@

setup: $(READY) ## Make .venv with the locked packages (the other targets do it when needed)

report: $(READY) ## Fit and forecast: report.html, fit.nc, forecast.nc and summary.json in out/
	@.venv/bin/forkmodel run --out $(OUT) $(ARGS)

test: $(READY) ## Run the tests
	@$(PYTHON) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)

test-random: $(READY) ## Try each property of the tests on 2,000 random examples; takes most of an hour
	@$(PYTHON) -m pytest --numprocesses 2 -m hypothesis --hypothesis-profile random $(ARGS)

lint: $(READY) ## Check style and types
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy

bench: $(READY) ## Run the scripts in benchmarks/
	@for script in benchmarks/*.py; do \
		test -e "$$script" || { echo "There are no scripts in benchmarks/."; break; }; \
		echo "== $$script"; $(PYTHON) "$$script" || exit 1; \
	done

clean: ## Remove out/, caches, .venv and .tools
	@rm -rf out .venv .tools .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
