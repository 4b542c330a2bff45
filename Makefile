# Two commands do everything on a fresh machine: `make demo` and `make test`.
# The virtual environment is made with the system's pip, because Debian's python3 lacks ensurepip.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# An independent Sparkplug edge node for the tests; it needs an older paho than we do.
EDGE_NODE := $(VENV)/pysparkplug

# How many test files run at a time, each process with servers of its own.
JOBS ?= 1
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

# Figures of this machine into bench/results/; a few minutes.
bench: $(STAMP) servers
	$(BIN)/python -m bench.poll_cost $(ARGS)
	$(BIN)/python -m bench.peer_cost $(ARGS)
	$(BIN)/python -m bench.scale $(ARGS)
	$(BIN)/python -m bench.province_cost $(ARGS)
	$(BIN)/python -m bench.mqtt_flow $(ARGS)
	$(BIN)/python -m bench.trap_storm $(ARGS)
	$(BIN)/python -m bench.alarm_scale $(ARGS)
	$(BIN)/python -m bench.sinks $(ARGS)
	$(BIN)/python -m bench.root_cause $(ARGS)
	$(BIN)/python -m bench.archive $(ARGS)
	$(BIN)/python -m bench.pm $(ARGS)
	$(BIN)/python -m bench.sleeping_cells $(ARGS)
	$(BIN)/python -m bench.recovery $(ARGS)
	$(BIN)/python -m bench.coverage $(ARGS)
	$(BIN)/python -m bench.console $(ARGS)

# Pictures of every page of the console into build/screenshots; some minutes.
screenshots: $(STAMP) servers
	$(BIN)/python -m bench.screenshots $(ARGS)
	$(BIN)/python -m bench.reports $(ARGS)

# Kills, cuts and storms for ten minutes; figures into bench/results/.
soak: $(STAMP) servers
	$(BIN)/python -m bench.soak $(ARGS)
	$(BIN)/python -m bench.soak_delivery $(ARGS)
	$(BIN)/python -m bench.soak_alarms $(ARGS)

lock: $(STAMP)
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet pip-tools
	$(BIN)/pip-compile --quiet --extra dev --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-annotate --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
