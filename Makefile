# Everything runs in .venv, which the first target that needs it makes from requirements.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# What the tests' real targets are: routers, subnet manager, schema checker, discovery, management.
DEBIAN := bridge-utils frr frr-pythontools graphviz ibsim-utils ifupdown2 infiniband-diags iproute2 iputils-ping \
	libyang2-tools lldpd netplan.io openssh-server opensm procps shellcheck

# Each process of tests would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test check explore format golden lock bench debian clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "netgen needs Python 3.11 or newer: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	  [ "$$(id -u)" = 0 ] || { echo "Python lacks venv: apt-get install python3-venv"; exit 1; }; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y python3-venv >/dev/null; }
	@echo "Installing netgen and what it needs into $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

debian: ## install the Debian packages of the lab and of the tests (needs root)
	@dpkg --status $(DEBIAN) >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ]; then \
	    echo "Installing Debian packages: $(DEBIAN)"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(DEBIAN) >/dev/null; \
	  else \
	    echo "Not root, so these Debian packages are not installed: $(DEBIAN)"; \
	  fi; }

demo: $(READY) debian ## the main job from end to end: render, lab, diff, apply, verify
	@$(BIN)/python -m netgen.cli.demo

test: $(READY) debian ## all tests, with their real targets
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check . && $(BIN)/mypy
	@$(BIN)/python -m pytest --quiet -n 2 --dist loadfile

check: $(READY) ## the quick part: lint, types, tests that need no real target
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check . && $(BIN)/mypy
	@$(BIN)/python -m pytest --quiet -n 2 -m "not needs and not root and not slow" --hypothesis-profile quick

explore: $(READY) ## properties with examples that nobody has tried yet
	@$(BIN)/python -m pytest --quiet -n 2 -m "hypothesis and not needs and not root" --hypothesis-profile explore

format: $(READY) ## format and mend what can be mended
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

golden: $(READY) ## rewrite the golden files; read the difference before committing it
	@NETGEN_UPDATE_GOLDEN=1 $(BIN)/python -m pytest --quiet tests/golden
	@git --no-pager diff --stat -- tests/golden

bench: $(READY) ## figures, as JSON
	@$(BIN)/python benchmarks/run.py

lock: $(READY) ## pin the dependencies anew, with hashes
	@$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/python -m pip install --quiet pip-tools
	@$(VENV)-lock/bin/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --extra dev \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements.lock pyproject.toml
	@rm -rf $(VENV)-lock

clean: ## remove what make made
	@rm -rf $(VENV) out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
