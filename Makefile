# Everything a person does with this project. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PORT ?= 8000
ifeq ($(strip $(PORT)),)
override PORT := 8000
endif
ADDRESS ?= http://127.0.0.1:$(PORT)
PASSWORD ?= $(DEMO_PASSWORD)
SIZE ?= small
VENV := .venv/bin
PYTEST_WORKERS ?= 2

BOOTSTRAP = python=$$(sh scripts/find_python.sh) && "$$python" scripts/bootstrap.py

.PHONY: help demo build test test-unit test-browser lint format bench screenshots lock clean

help: ## This list
	@echo "Usage: make TARGET"; echo
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | \
		awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'
	@echo
	@echo "  PORT=8123      demo: another port, with a data folder of its own"
	@echo "  CS_DATA_DIR=…  demo: this data folder"
	@echo "  DEMO_PASSWORD  demo: the password of all sign-ins (else generated and kept)"
	@echo "  DATABASE_URL   use this PostgreSQL instead of starting one"
	@echo "  REDIS_URL      use this Redis instead of starting one"
	@echo "  PYTHON=…       the Python (3.11 or newer) to make .venv with"

demo: ## Run the whole platform with a demo organisation (Ctrl-C stops it)
	@$(BOOTSTRAP) run assets
	@exec env PORT=$(PORT) $(VENV)/python manage.py demo

build: ## Virtual environment, front-end files
	@$(BOOTSTRAP) run assets

.PHONY: development
development:
	@$(BOOTSTRAP) dev assets

test: development ## All tests, those in the browser too
	@$(BOOTSTRAP) browser
	@$(MAKE) --no-print-directory test-unit test-browser coverage-report

test-unit: development ## Tests without a browser
	@rm -f .coverage .coverage.*
	$(VENV)/python -m coverage run -m pytest -n $(PYTEST_WORKERS) -p no:playwright \
		--ignore=tests/browser tests

test-browser: development ## Journeys in a real Chromium
	$(VENV)/python -m coverage run -m pytest -p no:schemathesis tests/browser

.PHONY: coverage-report
coverage-report:
	@$(VENV)/python -m coverage combine --quiet && $(VENV)/python -m coverage report

# mypy and djade look at code only: the addresses keep settings from starting anything.
NO_SERVICES = DATABASE_URL=postgres://unused REDIS_URL=redis://unused SECRET_KEY=unused

lint: development ## Style, types, imports between rooms, templates, missing migrations
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(NO_SERVICES) $(VENV)/mypy .
	$(NO_SERVICES) $(VENV)/lint-imports
	git ls-files -z '*.html' | xargs -0 -r $(VENV)/djade --target-version 5.2 --check
	$(VENV)/python manage.py makemigrations --check --dry-run
	$(VENV)/python manage.py check

format: development ## Let ruff and djade rewrite the code in our style
	$(VENV)/ruff check --fix .
	$(VENV)/ruff format .
	git ls-files -z '*.html' | xargs -0 -r $(VENV)/djade --target-version 5.2

bench: development ## Measure against the floors (SIZE=full for the whole table)
	$(VENV)/python -m bench --size $(SIZE)

screenshots: development ## Take the README's pictures from a running demo (ADDRESS, PASSWORD)
	@$(VENV)/python -m scripts.screenshots $(ADDRESS) "$(PASSWORD)"

LOCK = $(VENV)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock"

lock: development ## Renew requirements/*.txt and package-lock.json from their sources
	for name in base embedded node dev; do \
		$(LOCK) requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done
	npm install --package-lock-only --ignore-scripts
	! grep -n '"resolved"' package-lock.json

clean: ## Remove what make made; the data of demos stays
	rm -rf .venv node_modules static/vendor staticfiles htmlcov test-results
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -f .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
