# Two commands do everything on a fresh machine: `make demo` and `make test`.
# The virtual environment is made with the system's pip, because Debian's python3 lacks ensurepip.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# An independent Sparkplug edge node for the tests; it needs an older paho than we do.
EDGE_NODE := $(VENV)/pysparkplug

# How many test files run at a time, each process with servers of its own.
JOBS ?= 2
PYTEST_JOBS = $(if $(filter-out 1,$(JOBS)),-n $(JOBS) --dist loadfile --no-loadscope-reorder)

.PHONY: demo test lint types imports servers screenshots grafana bench soak lock clean

$(STAMP): requirements.lock pyproject.toml
	@echo "Making the virtual environment in $(VENV) (once, about a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv --without-pip $(VENV)
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check -r requirements.lock
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP)
	@$(BIN)/omc demo $(ARGS)

test: lint types imports servers $(EDGE_NODE)
	$(BIN)/pytest $(PYTEST_JOBS) $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP)
	$(BIN)/lint-imports

$(EDGE_NODE): tests/pysparkplug.lock $(STAMP)
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --no-deps --upgrade --target $@ -r tests/pysparkplug.lock
	@touch $@

servers:
	@sh tests/install-servers.sh

# The JSON of the Grafana dashboards, after their code or an alarm rule has changed.
grafana: $(STAMP)
	@$(BIN)/python -m dashboards.grafana

# Figures of this machine into bench/results/. One of them alone, with its own options:
# `.venv/bin/python -m bench.poll_cost --help`.
bench: $(STAMP) servers
	$(BIN)/python -m bench.poll_cost
	$(BIN)/python -m bench.peer_cost
	$(BIN)/python -m bench.scale
	$(BIN)/python -m bench.province_cost
	$(BIN)/python -m bench.mqtt_flow
	$(BIN)/python -m bench.trap_storm
	$(BIN)/python -m bench.alarm_scale
	$(BIN)/python -m bench.sinks
	$(BIN)/python -m bench.root_cause
	$(BIN)/python -m bench.archive
	$(BIN)/python -m bench.pm
	$(BIN)/python -m bench.sleeping_cells
	$(BIN)/python -m bench.recovery
	$(BIN)/python -m bench.coverage
	$(BIN)/python -m bench.console

# Pictures of every page of the console into build/screenshots; some minutes.
screenshots: $(STAMP) servers
	$(BIN)/python -m bench.screenshots $(ARGS)
	$(BIN)/python -m bench.reports $(ARGS)

# Kills, cuts and storms, about MINUTES of each kind of them; figures into bench/results/.
MINUTES ?= 10
soak: $(STAMP) servers
	$(BIN)/python -m bench.soak --minutes $(MINUTES)
	$(BIN)/python -m bench.soak_delivery --kills $$((2 * $(MINUTES)))
	$(BIN)/python -m bench.soak_alarms --kills $(MINUTES)

lock: $(STAMP)
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet pip-tools
	$(BIN)/pip-compile --quiet --extra dev --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-annotate --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
