# Everything a fresh machine needs is set up on first use; see scripts/setup.sh.

.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
# Rewritten after each completed set-up, so that a second run does nothing.
READY := .venv/.ready
# The benchmarks' own environment, with the samplers of others.
BENCH_PYTHON := .venv-bench/bin/python
BENCH_READY := .venv-bench/.ready
OUT ?= out
ARGS ?=

.PHONY: help setup report test test-random lint docs bench clean

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

docs: $(READY) ## Build the documentation as a site, site/index.html; warnings are errors
	@$(PYTHON) -m sphinx -q -W --keep-going -b html -c docs/site docs site

$(BENCH_READY): $(READY) scripts/setup_bench.sh
	@sh scripts/setup_bench.sh
	@touch $@

bench: $(BENCH_READY) ## Run the scripts in benchmarks/; ARGS=--quick only tries them
	@for script in $$(grep -l '^if __name__' benchmarks/*.py); do \
		echo "== $$script"; $(BENCH_PYTHON) "$$script" $(ARGS) || exit 1; \
	done

clean: ## Remove out/, site/, caches, .venv, .venv-bench and .tools
	@rm -rf out site .venv .venv-bench .tools .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
