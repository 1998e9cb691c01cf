# Two commands do everything on a fresh machine with Python 3.11 or newer, make and apt:
#   make site   build the sample site into site/      make test   install what tests need, run every test
PYTHON ?= python3
BIN := .venv/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
export NO_MKDOCS_2_WARNING = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: site serve test lint bench fuzz screenshots constraints vendor clean

site: .venv/ready ## build the sample site
	$(BIN)/mkdocs build --strict

serve: .venv/ready ## serve it with live reload on http://127.0.0.1:8000
	$(BIN)/mkdocs serve

test: .venv/ready-for-tests browser ## run every test
	$(BIN)/python -m pytest

lint: .venv/ready-for-tests ## style, types, and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/ready-for-tests browser ## time a build against one MkDocs page an item, and a reader's waits
	$(BIN)/python -m bench.versus_pages
	$(BIN)/python -m bench.versus_pages --search --navigation --runs 3
	$(BIN)/python -m bench.reader
	$(BIN)/python -m bench.substance --items 10000

fuzz: .venv/ready-for-tests ## feed the reader and the renderer inputs led by coverage, for a minute
	$(BIN)/python -m pip install -q --no-build-isolation -e ".[fuzz]"
	$(BIN)/python -m tests.fuzz

screenshots: .venv/ready-for-tests browser ## take the README's pictures anew
	$(BIN)/python -m tests.browser.screenshots

RESOLVE := build/resolve/bin/python -m piptools compile -q --strip-extras --generate-hashes --allow-unsafe \
  --upgrade --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --no-annotate

constraints: ## resolve the newest allowed versions, with hashes and no addresses
	$(PYTHON) -m venv build/resolve
	build/resolve/bin/python -m pip install -q pip-tools
	$(RESOLVE) --build-deps-for wheel --build-deps-for editable -o constraints.txt pyproject.toml
	$(RESOLVE) --extra test -c constraints.txt -o constraints-test.txt pyproject.toml

vendor: ## fetch the vendored browser libraries anew from npm and check them (needs npm)
	$(PYTHON) scripts/vendor.py refresh
	$(PYTHON) scripts/vendor.py verify

clean:
	rm -rf .venv site build dist .site.*

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --require-hashes -r constraints.txt
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	touch $@

.venv/ready-for-tests: .venv/ready constraints-test.txt
	$(BIN)/python -m pip install -q --require-hashes -r constraints-test.txt
	touch $@

# Chromium and a Chinese font come from Debian; nothing is downloaded by the test tools themselves.
.PHONY: browser
browser:
	@command -v chromium >/dev/null && fc-list :lang=zh 2>/dev/null | grep -q . \
	  || { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq chromium fontconfig fonts-noto-cjk >/dev/null; }
