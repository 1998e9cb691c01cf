# Two commands do everything on a fresh machine with Python 3.11 or newer, make and apt:
#   make site   build the sample site into site/      make test   install what tests need, run every test
PYTHON ?= python3
BIN := .venv/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
export NO_MKDOCS_2_WARNING = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: site serve test coverage compat newest lint bench fuzz mutation screenshots constraints vendor sbom audit clean

site: .venv/ready ## build the sample site
	$(BIN)/mkdocs build --strict

serve: .venv/ready ## serve it with live reload on http://127.0.0.1:8000
	$(BIN)/mkdocs serve

test: .venv/ready-for-tests browser ## run every test
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

coverage: .venv/ready-for-tests ## which lines the tests run that need no browser, in all processes
	$(BIN)/python -m pip install -q --no-build-isolation -e ".[coverage]"
	rm -rf build/coverage
	-$(BIN)/python -m coverage run -m pytest -n auto --dist loadfile --no-loadscope-reorder --ignore tests/browser
	$(BIN)/python -m coverage combine -q
	$(BIN)/python -m coverage report --skip-covered --sort cover

compat: .venv/ready build/compat/ready ## the same site under ProperDocs, the ledger's pages under Zensical
	build/compat/bin/python scripts/compat.py $(BIN)/python build/compat/sites
	SITE_BUILDER=properdocs build/compat/bin/python -m pytest -q $(UNDER_PROPERDOCS)

UNDER_PROPERDOCS := $(addprefix tests/site/test_, publishing.py pages.py embed.py headers.py)

build/compat/ready: pyproject.toml constraints-compat.txt
	$(PYTHON) -m venv build/compat
	build/compat/bin/python -m pip install -q --require-hashes -r constraints-compat.txt
	build/compat/bin/python -m pip install -q --no-deps --no-build-isolation -e .
	touch $@

newest: .venv/ready ## the tests that need no browser under the newest Python that Debian has (needs root)
	$(BIN)/python scripts/newest.py build/newest

lint: .venv/ready-for-tests ## style, types, and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/ready-for-tests browser ## time builds against other programs (they go into build/), a check, a reader's waits, many sites combined
	$(BIN)/python -m bench.versus_pages
	$(BIN)/python -m bench.versus_pages --search --navigation
	$(BIN)/python -m bench.versus_peers --runs 3
	$(BIN)/python -m bench.versus_peers --items 10000 --runs 5 --peers hugo hugo+pagefind mkdocs
	$(BIN)/python -m bench.second_build
	$(BIN)/python -m bench.second_build --search --runs 3
	$(BIN)/python -m bench.preview
	$(BIN)/python -m bench.scale
	$(BIN)/python -m bench.stages
	$(BIN)/python -m bench.startup --at-most 0.15
	$(BIN)/python -m bench.reader
	$(BIN)/python -m bench.substance --items 10000
	$(BIN)/python -m bench.check
	$(BIN)/python -m bench.federation

fuzz: .venv/ready-for-tests ## feed the reader and the renderer inputs led by coverage, for a minute
	$(BIN)/python -m pip install -q --no-build-isolation -e ".[fuzz]"
	$(BIN)/python -m tests.fuzz

SAMPLE ?= 300
SEED ?= 1
SECONDS ?= 8
mutation: .venv/ready-for-tests ## which small faults in the core the tests notice: of SAMPLE mutants; AGAIN=1: of those that survived
	$(BIN)/python -m pip install -q --no-build-isolation -e ".[mutation]"
	$(BIN)/python -m scripts.mutation --sample $(SAMPLE) --seed $(SEED) --seconds $(SECONDS) $(if $(AGAIN),--again)

screenshots: .venv/ready-for-tests browser ## take the README's pictures anew
	$(BIN)/python -m tests.browser.screenshots

RESOLVE := build/resolve/bin/python -m piptools compile -q --strip-extras --generate-hashes --allow-unsafe \
  --upgrade --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --no-annotate

constraints: ## resolve the newest allowed versions, with hashes and no addresses
	$(PYTHON) -m venv build/resolve
	build/resolve/bin/python -m pip install -q pip-tools
	$(RESOLVE) --build-deps-for wheel --build-deps-for editable -o constraints.txt pyproject.toml
	$(RESOLVE) --extra test -c constraints.txt -o constraints-test.txt pyproject.toml
	$(RESOLVE) --extra compat --build-deps-for wheel --build-deps-for editable -c constraints.txt \
	  -o constraints-compat.txt pyproject.toml
	$(RESOLVE) -o constraints-audit.txt constraints-audit.in

vendor: ## fetch the vendored browser libraries anew from npm and check them (needs npm)
	$(PYTHON) scripts/vendor.py refresh
	$(PYTHON) scripts/vendor.py verify

sbom: .venv/ready build/audit/ready ## write the bill of materials to build/sbom.cdx.json (CycloneDX)
	build/audit/bin/python scripts/sbom.py $(BIN)/python build/sbom.cdx.json

# Asks a service of known vulnerabilities over the network: PyPI, or with AUDIT_SERVICE=osv the OSV database.
# --strict: a package that could not be asked about is a failure, not a pass.
AUDIT_SERVICE ?= pypi
audit: build/audit/ready ## look for known vulnerabilities, and compare the browser libraries with npm (needs the network)
	build/audit/bin/pip-audit --strict --require-hashes --disable-pip -s $(AUDIT_SERVICE) -r constraints.txt
	$(PYTHON) scripts/vendor.py compare

build/audit/ready: constraints-audit.txt
	$(PYTHON) -m venv build/audit
	build/audit/bin/python -m pip install -q --require-hashes -r constraints-audit.txt
	touch $@

clean:
	rm -rf .venv site build dist .site.* .rectify-cache

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
