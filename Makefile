# Sightline. `make demo` to try it, `make test` to check it, `make help` for the rest.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help

.PHONY: help env assets
help: ## Show what make can do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

env: .venv/.ready assets ## Make the Python environment, in .venv, and the styles and scripts of the pages

.venv/.ready: requirements/lock.txt requirements/bootstrap.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/bootstrap.txt requirements/lock.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

# Styles and scripts: from npm's packages, with the machine's own npm or else the one that pip brought.
NODE_PATHS := PATH="$$PATH:$(CURDIR)/$(BIN)"
BUILT := sightline/govuk/static/govuk
SOURCES := sightline/govuk/assets
MOJ_ICONS := node_modules/@ministryofjustice/frontend/moj/assets/images

assets: $(BUILT)/app.css ## Build the styles and scripts of the pages

$(BUILT)/app.css: node_modules/.ready $(wildcard $(SOURCES)/*)
	@mkdir -p $(BUILT)/images
	@cp node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js $(SOURCES)/app.js $(SOURCES)/favicon.svg $(BUILT)/
	@sed -i 's,//# sourceMappingURL=.*,,' $(BUILT)/govuk-frontend.min.js
	@cp $(MOJ_ICONS)/icon-close-cross-black.svg $(MOJ_ICONS)/icon-tag-remove-cross*.svg \
	  $(MOJ_ICONS)/icon-toggle-plus-minus.svg $(BUILT)/images/
	@$(NODE_PATHS) node_modules/.bin/sass --load-path=. --load-path=node_modules --style=compressed \
	  --no-source-map --quiet-deps $(SOURCES)/app.scss $@

node_modules/.ready: package.json package-lock.json .npmrc $(if $(shell command -v npm),,.venv/.ready)
	@$(NODE_PATHS) npm ci --loglevel=error
	@touch $@

.PHONY: demo demo-reset run
demo: env ## Show the example partnership on http://127.0.0.1:8000
	@exec $(BIN)/sightline demo

demo-reset: env ## Throw the demo's data away and show it afresh
	@exec $(BIN)/sightline demo --afresh

run: env ## Serve the installation of var/ on http://127.0.0.1:8000
	@$(BIN)/python manage.py migrate --verbosity 0
	@exec $(BIN)/gunicorn sightline.config.wsgi --bind 127.0.0.1:8000 --workers 2 --threads 4

# Django checks itself before it looks at migrations, and so reads a partnership's settings: the tests' own.
MAKE_MIGRATIONS := SIGHTLINE_PARTNERSHIP=tests/pages/partnership.toml $(BIN)/python manage.py makemigrations

.PHONY: check test docs guide migrations fix bench
check: env ## Run every check that is not a test: style, types, layers, migrations, reference pages
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports > test-results.tmp || { cat test-results.tmp; rm test-results.tmp; exit 1; }
	@rm test-results.tmp
	@$(MAKE_MIGRATIONS) --check --dry-run
	@$(BIN)/sightline reference check docs/reference

# The tests that use a database run on SQLite, and again on PostgreSQL where one answers.
POSTGRES := $(or $(DATABASE_URL),postgresql://postgres@127.0.0.1:5432/postgres)
DATABASE_TESTS := tests/pages tests/fitness

test: check ## Run all checks and tests
	@test -x /usr/bin/chromium || echo "Chromium is not installed (/usr/bin/chromium): the browser tests are skipped"
	@env -u DATABASE_URL $(BIN)/python -m pytest -q -n 2
	@if $(BIN)/python -c "import psycopg, sys; psycopg.connect(sys.argv[1], connect_timeout=2)" "$(POSTGRES)" 2>/dev/null; \
	then echo "Again on PostgreSQL:"; DATABASE_URL="$(POSTGRES)" $(BIN)/python -m pytest -q $(DATABASE_TESTS); \
	else echo "No PostgreSQL answers: the database tests ran on SQLite only"; fi

fix: env ## Mend style where a tool can
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

docs: env ## Make the reference pages anew from the registries
	@$(BIN)/sightline reference write docs/reference

guide: env ## Make the pictures of docs/guide anew from the demo
	@$(BIN)/python -m docs.guide.make_screenshots

migrations: env ## Make the migrations of changed models
	@$(MAKE_MIGRATIONS)

bench: env ## Measure the figures that Sightline sets itself, and print each beside its limit
	@$(BIN)/python -m bench.figures
