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
	@cp node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js $(SOURCES)/*.js $(SOURCES)/favicon.svg $(BUILT)/
	@sed -i 's,//# sourceMappingURL=.*,,' $(BUILT)/govuk-frontend.min.js
	@cp $(MOJ_ICONS)/icon-close-cross-black.svg $(MOJ_ICONS)/icon-tag-remove-cross*.svg \
	  $(MOJ_ICONS)/icon-toggle-plus-minus.svg $(BUILT)/images/
	@$(NODE_PATHS) node_modules/.bin/sass --load-path=. --load-path=node_modules --style=compressed \
	  --no-source-map --quiet-deps $(SOURCES)/app.scss $@

node_modules/.ready: package.json package-lock.json .npmrc $(if $(shell command -v npm),,.venv/.ready)
	@$(NODE_PATHS) npm ci --loglevel=error
	@touch $@

.PHONY: demo demo-reset run
demo: env ## Show the example partnership on http://localhost:8000
	@exec $(BIN)/sightline demo

demo-reset: env ## Throw the demo's data away and show it afresh
	@exec $(BIN)/sightline demo --afresh

run: env ## Serve the installation of var/ on http://localhost:8000
	@$(BIN)/python manage.py migrate --verbosity 0
	@exec $(BIN)/sightline serve

# Django checks itself before it looks at migrations, and so reads a partnership's settings: the tests' own.
MAKE_MIGRATIONS := FRONT_LINE=on SIGHTLINE_PARTNERSHIP=tests/pages/partnership.toml $(BIN)/python manage.py makemigrations

.PHONY: check test docs guide migrations fix fuzz planted prove bench bench-web bench-front-line bench-hub bench-duplicates check-rls soak soak-keys soak-audit soak-kills
check: env ## Run every check that is not a test: style, types, layers, migrations, reference pages
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@FRONT_LINE=on $(BIN)/mypy
	@$(BIN)/lint-imports > test-results.tmp || { cat test-results.tmp; rm test-results.tmp; exit 1; }
	@rm test-results.tmp
	@$(MAKE_MIGRATIONS) --check --dry-run
	@FRONT_LINE=on $(BIN)/sightline reference check docs/reference

# The tests that use a database run on SQLite, and again on PostgreSQL where one answers.
POSTGRES := $(or $(DATABASE_URL),postgresql://postgres@127.0.0.1:5432/postgres)
POSTGRES_ANSWERS := $(BIN)/python -c "import psycopg, sys; psycopg.connect(sys.argv[1], connect_timeout=2)" "$(POSTGRES)" 2>/dev/null
# What asks for every page as everybody takes minutes, and `make prove` does it on PostgreSQL, too.
ASK_ALL := tests/pages/test_access.py $(addprefix tests/pages/test_trust_,canaries.py looks.py worlds.py)
# What asks nothing of the database that depends on which one it is, or so little that `make prove` will do.
ALIKE := $(patsubst %,tests/pages/test_%.py,access closing collection collection_cycle dataset demo demo_contacts \
  downloads files govuk installation loads mail_server notices own_figures pages partnership people people_command \
  questionnaire refer settings settings_pages sign_in switched_off thresholds vault)
SOAK_AUDIT := $(BIN)/python -m pytest -q -s tests/pages/test_audit_chain.py -k test_tampering_shows

test: check ## Run all checks, and the tests of every push
	@test -x /usr/bin/chromium-headless-shell || echo "Chromium is not installed (chromium-headless-shell): the browser tests are skipped"
	@env -u DATABASE_URL $(BIN)/python -m pytest -q -n 2 --maxschedchunk 2
	@if $(POSTGRES_ANSWERS); then echo "Again on PostgreSQL:"; DATABASE_URL="$(POSTGRES)" $(BIN)/python -m pytest -q -n 2 --maxschedchunk 2 tests/pages $(addprefix --ignore=,$(ASK_ALL) $(ALIKE)); \
	else echo "No PostgreSQL answers: the database tests ran on SQLite only"; fi

fix: env ## Mend style where a tool can
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

docs: env ## Make the reference pages anew from the registries
	@FRONT_LINE=on $(BIN)/sightline reference write docs/reference

guide: env ## Make the pictures of docs/guide anew from the demo
	@$(BIN)/python -m docs.guide.make_screenshots

migrations: env ## Make the migrations of changed models
	@$(MAKE_MIGRATIONS)

soak-audit: env ## Tamper with the audit log 1,000 times in each way, and print how often it showed
	@env -u DATABASE_URL SIGHTLINE_TAMPERINGS=1000 $(SOAK_AUDIT)
	@if $(POSTGRES_ANSWERS); then DATABASE_URL="$(POSTGRES)" SIGHTLINE_TAMPERINGS=1000 $(SOAK_AUDIT); \
	else echo "No PostgreSQL answers: tried on SQLite only"; fi

soak: env ## Compare two worlds in 1,000 sequences of pages; then soak-audit and soak-kills
	@env -u DATABASE_URL SIGHTLINE_SEQUENCES=1000 $(BIN)/python -m pytest -q -s tests/pages/test_trust_worlds.py
	@$(MAKE) soak-audit soak-kills

prove: env ## Ask for every page as everybody in every state of access, play every journey in every way, and print what was seen
	@env -u DATABASE_URL SIGHTLINE_ASK_AS=everybody $(BIN)/python -m pytest -q -s $(ASK_ALL) tests/pages/test_trust_rule.py tests/journeys
	@if $(POSTGRES_ANSWERS); then DATABASE_URL="$(POSTGRES)" SIGHTLINE_ASK_AS=everybody $(BIN)/python -m pytest -q -s $(sort $(ASK_ALL) $(ALIKE)) tests/pages/test_trust_rule.py; \
	else echo "No PostgreSQL answers: asked on SQLite only"; fi

fuzz: env ## Try every property with many other examples than each push does
	@env -u DATABASE_URL $(BIN)/python -m pytest -q -n 2 --hypothesis-profile=fuzz tests/unit tests/spec tests/pages/test_trust_rule.py

planted: env ## Plant flaws in a copy of the trust plane, and print how many of them the tests catch
	@env -u DATABASE_URL $(BIN)/python -m tests.planted

bench: env ## Measure the figures that Sightline sets itself, and print each beside its limit
	@$(BIN)/python -m bench.figures

KILLS ?= 200
soak-kills: env ## Kill the worker, work on contacts and publications, each 200 times: is anything half done?
	@for killed in kills front_door_kills publications; do \
	env -u DATABASE_URL $(BIN)/python -m bench.$$killed $(KILLS) || exit 1; \
	if $(POSTGRES_ANSWERS); then DATABASE_URL="$(POSTGRES)" $(BIN)/python -m bench.$$killed $(KILLS) || exit 1; \
	else echo "No PostgreSQL answers: killed on SQLite only"; fi; done

check-rls: env ## Show that PostgreSQL holds the rule by itself: who sees what by a bare SELECT
	@if $(POSTGRES_ANSWERS); then env -u DATABASE_URL $(BIN)/python -m bench.row_security --server "$(POSTGRES)"; \
	else echo "No PostgreSQL answers, and SQLite has no row-level security: nothing was checked"; exit 1; fi

KEY_KILLS ?= 300
soak-keys: env ## Kill the rotation of the keys 300 times while others seal and unseal, and look what is lost
	@env -u DATABASE_URL $(BIN)/python -m bench.keys $(KEY_KILLS)

bench-web: env ## Measure the pages with a hundred people on PostgreSQL, for three minutes, beside their limit
	@$(BIN)/python -m bench.web

bench-front-line: env ## Measure the pages about people with a hundred people and 50,000 dossiers on PostgreSQL
	@$(BIN)/python -m bench.web --plane front-line

bench-hub: env ## Measure the front door's pages over a year of England's referrals on PostgreSQL (takes 30 minutes)
	@$(BIN)/python -m bench.hub

bench-duplicates: env ## Measure how well people who are known already are found, by kind of mess
	@$(BIN)/python -m bench.duplicates
