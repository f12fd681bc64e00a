# Every command that a person or CI runs. `make` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

# The interpreter of a new environment; found by itself when not named.
PYTHON ?=
# What to measure with `make benchmark`; everything when not named.
BENCH ?=
# How many kills `make chaos` makes, and of what: rooms and servers of which size.
N ?= 60
SIZE ?= small
# Which parts `make full-parts` brings; all when not named.
PARTS ?=
# Further arguments of `make demo`, e.g. ARGS=--exit, and of `make test`.
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
# Paths of two environments, so that a change of the tools never touches the platform's.
PROTOS_VENV := .venv-protos
BENCHMARK_VENV := .venv-benchmark

environment = python=$$(tools/find_python.sh "$(PYTHON)") && "$$python" tools/environment.py
# Each test of the full size starts servers that fill the machine.
one_by_one = --numprocesses=0 --durations=10
tools = $(environment) $(VENV) requirements.txt requirements_dev.txt --with_tradestream

.PHONY: help
help: ## List the targets.
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@ / {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Use
.PHONY: setup
setup: ## Make .venv from the hash-locked requirements, with `tradestream` on its path.
	@$(environment) $(VENV) requirements.txt --with_tradestream

.PHONY: demo
demo: setup ## Run the main line on this machine and show the page; ARGS=--exit stops after the table.
	@$(BIN)/tradestream demo $(ARGS)

.PHONY: full-parts
full-parts: tools ## Bring the programs of the full size into the user's cache; PARTS="kafka influxdb" for some.
	@$(BIN)/python -m tools.full_size build $(PARTS)

.PHONY: full-up
full-up: setup ## Start Kafka, InfluxDB, Prometheus, and the small stack in one folder; ARGS=--data_dir=… names it.
	@$(BIN)/python -m tools.full_size build kafka influxdb prometheus
	@$(BIN)/tradestream up --size=full $(ARGS)

.PHONY: full-down
full-down: setup ## Stop them; their data stays.
	@$(BIN)/tradestream down $(ARGS)

##@ Develop
.PHONY: tools
tools: ## Add what tests and checks need to .venv.
	@$(tools)

.PHONY: test
test: tools ## Run all tests with real servers; ARGS="path -k name" narrows them.
	@$(BIN)/python -m tradestream.backtest.compile
	@$(BIN)/python -m tools.test_run $(ARGS)

.PHONY: test-full
test-full: full-parts ## Run the core of the tests on real Kafka, InfluxDB, Flink, and Kubernetes, as CI does.
	@$(BIN)/python -m tradestream.backtest.compile
	@$(BIN)/python -m tools.test_run $(one_by_one) @tests/full_size/core.txt $(ARGS)

.PHONY: test-full-all
test-full-all: full-parts ## Run all of them; ARGS="path" adds arguments of pytest.
	@$(BIN)/python -m tradestream.backtest.compile
	@$(BIN)/python -m tools.test_run $(one_by_one) tests/full_size $(ARGS)

.PHONY: check
check: tools protos-tools build/buildifier build/actionlint ## Check format, lint, types, imports, protos, BUILD files, and documents.
	@$(BIN)/python -m tools.check

.PHONY: format
format: tools build/buildifier ## Put code, imports, and BUILD files into the house format.
	@$(BIN)/ruff check --select I --fix --quiet .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/python -m tools.build_files
	@build/buildifier -r -mode=fix .

.PHONY: test-peers
test-peers: ## Compare trades and searches with those of other engines and libraries.
	@$(environment) $(BENCHMARK_VENV) requirements_benchmark.txt --with_tradestream
	@$(BENCHMARK_VENV)/bin/python -m tools.test_run -W default tests/peers $(ARGS)

.PHONY: agreement
agreement: tools ## Compare the engine with plain loops over bars on 10,000 genomes, and write docs/agreement.md.
	@$(BIN)/python -m tests.agreement --write $(ARGS)

.PHONY: search-quality
search-quality: tools ## Compare the genetic search with an exhaustive one on all types, and write docs/search.md.
	@$(BIN)/python -m tests.search_quality --write $(ARGS)

.PHONY: contracts
contracts: tools ## Print the contract table: row, test, result.
	@$(BIN)/python -m tools.contracts_table

.PHONY: benchmark
benchmark: tools ## Measure speed, as a table and as JSON in build/benchmarks; BENCH=name for one.
	@if [ -z "$(BENCH)" ] || [ "$(BENCH)" = backtests ] || [ "$(BENCH)" = discovery ]; then \
	  $(environment) $(BENCHMARK_VENV) requirements_benchmark.txt --with_tradestream; fi
	@$(BIN)/python -m tools.benchmark_run $(BENCH) $(ARGS)

.PHONY: chaos
chaos: tools ## Kill rooms and servers N times, half of them at random, and compare the end with an unharmed run.
	@$(BIN)/python -m tests.chaos.main --kills $(N) --size $(SIZE)

.PHONY: bazel-test
bazel-test: tools ## Build and test the BUILD graph offline with Debian's bazel-bootstrap.
	@tools/bazel_offline/install.sh
	@$(BIN)/python -m tools.bazel_test

##@ Regenerate
.PHONY: protos
protos: protos-tools ## Generate Python from protos/**/*.proto, beside them.
	@$(PROTOS_VENV)/bin/python tools/protos.py

.PHONY: protos-tools
protos-tools:
	@$(environment) $(PROTOS_VENV) requirements_protos.txt

.PHONY: build-files
build-files: tools build/buildifier ## Write every BUILD.bazel from what the modules import.
	@$(BIN)/python -m tools.build_files

.PHONY: lock
lock: tools ## Compile requirements*.in into locks with hashes; ARGS=--upgrade takes newer versions.
	@tools/lock.sh $(BIN)/uv $(ARGS)

build/buildifier:
	@tools/install_buildifier.sh $@

build/actionlint:
	@tools/install_actionlint.sh $@
