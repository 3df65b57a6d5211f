# BoardLab: `make run` starts the lab, `make test` checks it. Nothing is installed outside .venv.
#
#   PORT=8502      another port            PYTHON=python3.12   another Python
#   GPU=1          TensorFlow with CUDA    BOARDLAB_…          see dashboard/settings.py

PORT ?= 8501
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3 python; do \
	"$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 \
	&& { command -v "$$name"; exit; }; done; command -v python3)
ENVIRONMENT := .venv/bin/python
CUDA := $(filter-out 0,$(GPU))
# Browser tests wait most of their time. A file's tests share an app; in the order of the folders those that wait
# run beside those that compute.
TWO_FILES_AT_A_TIME := -n 2 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run demo test test-all lint types format bench picture preflight app-environment test-environment machine

help:  ## say what can be typed
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

run: app-environment  ## start the lab on http://localhost:8501
	$(ENVIRONMENT) -m streamlit run streamlit_app.py --server.port $(PORT)

demo: export BOARDLAB_DEMO := 1
demo: run  ## the same; the first browser starts a first experiment

test: machine lint types  ## lint, types, import rules and the default tests: 15 minutes at most
	$(ENVIRONMENT) -m pytest $(TWO_FILES_AT_A_TIME)

test-all: machine lint types  ## the long tests too
	$(ENVIRONMENT) -m pytest $(TWO_FILES_AT_A_TIME) -m "long or not long"

lint: test-environment  ## ruff and the import rules
	$(ENVIRONMENT) -m ruff check .
	$(ENVIRONMENT) -m ruff format --check .
	$(ENVIRONMENT) -c 'import importlinter.cli; importlinter.cli.lint_imports_command()'

types: test-environment  ## mypy
	$(ENVIRONMENT) -m mypy

format: test-environment  ## put the code into its form
	$(ENVIRONMENT) -m ruff check --fix .
	$(ENVIRONMENT) -m ruff format .

bench: machine  ## measure; tables and JSON land in tests/benchmarks/results
	$(ENVIRONMENT) -m tests.benchmarks

picture: machine  ## take the README's picture anew
	$(ENVIRONMENT) -m tests.picture

preflight:
	@test -n "$(PYTHON)" || { echo "BoardLab needs Python 3.11, 3.12 or 3.13 and found none: install one, type" \
		"sudo apt-get install python3.11 python3.11-venv (Debian, Ubuntu) or brew install python@3.12 (macOS)." >&2; exit 1; }
	@"$(PYTHON)" -m dashboard.preflight $(if $(filter run demo,$(MAKECMDGOALS)),--port "$(PORT)") $(if $(CUDA),--cuda)

# Installs when a requirement changed since the last time, and never otherwise.
app-environment: preflight
	@$(call installed,requirements.txt)

test-environment: preflight
	@$(call installed,requirements-dev.txt)

# What the browser tests need of the machine: a Chromium, a font for Chinese names, a reverse proxy.
machine: test-environment
	@$(ENVIRONMENT) -m tests.machine

# A half-made environment, or one whose Python is gone, is made anew. The record of what was installed is the
# requirements themselves, so a changed branch or a removed environment is noticed whatever the clock says.
define installed
{ $(ENVIRONMENT) -c 'import pip' 2>/dev/null || "$(PYTHON)" -m venv --clear .venv; } \
&& { cat requirements.txt $(1); echo "$(CUDA)"; } > .venv/.wanted \
&& { cmp -s .venv/.wanted .venv/.installed-$(1) || { \
	echo "Installing into .venv what $(1) names: some minutes the first time." \
	&& $(ENVIRONMENT) -m pip install --disable-pip-version-check -r $(1) $(if $(CUDA),'tensorflow[and-cuda]') \
	$(data_server_for_mac) && mv .venv/.wanted .venv/.installed-$(1); }; }
endef

# TensorBoard's data server is built for Linux x86-64 and for Intel Macs; on newer Macs Rosetta runs the latter.
ifeq ($(shell uname -sm),Darwin arm64)
data_server_for_mac = && $(ENVIRONMENT) -m pip install --disable-pip-version-check --no-deps --upgrade \
	--only-binary=:all: --platform macosx_10_9_x86_64 'tensorboard-data-server>=0.7.2,<0.8' \
	--target "$$($(ENVIRONMENT) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
endif
