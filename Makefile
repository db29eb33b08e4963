# Two commands for a newcomer: make demo, make test. `make help` lists the rest.
.PHONY: demo test check lock messages clean help

PYTHON ?= python3
EMPTY ?=
LAN ?=
PORT ?=
PYTEST_ARGS ?= -n 2

demo: .venv/ready  ## Bố Trạch 2020 on this machine (EMPTY=1 stops after opening, LAN=1 serves phones)
	@.venv/bin/cchc demo $(if $(EMPTY),--empty) $(if $(LAN),--lan) $(if $(PORT),--port $(PORT))

test: .venv-test/ready  ## every test, with its own environment, Chromium and PostgreSQL
	@sh deploy/test-tools.sh
	@$(MAKE) --no-print-directory check
	.venv-test/bin/python -m pytest $(PYTEST_ARGS)

check: .venv-test/ready  ## style, types and rooms
	.venv-test/bin/ruff check .
	.venv-test/bin/ruff format --check .
	.venv-test/bin/mypy
	.venv-test/bin/lint-imports

lock: .venv-test/ready  ## renew exact versions and hashes from setup.cfg
	.venv-test/bin/uv pip compile setup.cfg --extra build --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --quiet -o requirements.lock
	.venv-test/bin/uv pip compile setup.cfg --extra build --extra test --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --quiet --constraint requirements.lock -o requirements-test.lock

messages: .venv-test/ready  ## compile the English of the pages
	.venv-test/bin/pybabel compile --directory survey_app/translations --locale en

clean:  ## remove both environments and the demonstration
	rm -rf .venv .venv-test instance/demo instance/demo-empty

help:
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

.venv/ready: requirements.lock setup.cfg pyproject.toml
	@PYTHON=$(PYTHON) sh deploy/environment.sh .venv requirements.lock

.venv-test/ready: requirements-test.lock setup.cfg pyproject.toml
	@PYTHON=$(PYTHON) sh deploy/environment.sh .venv-test requirements-test.lock
