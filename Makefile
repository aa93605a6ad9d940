# Needs git, make and Python >= 3.11 with venv; everything else is locked by hash in requirements/ and lives in .venv.
PYTHON ?= $(shell for p in python3.11 python3 python3.14 python3.13 python3.12; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
STAMP := .venv/.stamp
export PIP_DISABLE_PIP_VERSION_CHECK := 1
.DEFAULT_GOAL := help
.PHONY: help setup render validate check review publish dist test golden diff all bench bench-rust e2e pages outside rust wasm crds lock clean

help:  ## list these targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'
setup: $(STAMP)  ## install the locked packages and this one into .venv
$(STAMP): pyproject.toml requirements/dev.txt
	@test -n "$(PYTHON)" || { echo "error: no Python >= 3.11 found; name one: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@echo "setup: .venv from requirements/dev.txt with $$($(PYTHON) -V)" && rm -rf .venv && $(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --require-hashes -r requirements/dev.txt && $(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@ && echo "setup: done, the command is $(BIN)/quad"
render: setup ; @$(BIN)/quad render $(ARGS)  ## compile tenants/ into rendered/
validate: setup ; @$(BIN)/quad validate $(ARGS)  ## hold tenants/ against the schemas
check: setup ; @$(BIN)/quad check $(ARGS)  ## hold rendered/ against the rules
review: setup ; @$(BIN)/quad diff --review .build/review $(ARGS)  ## what a pull request shows, in all formats, into .build/review/
publish: setup ; @$(BIN)/quad publish --push origin $(ARGS)  ## one commit for each environment on its rendered branch
dist: setup ; @PATH="$(CURDIR)/$(BIN):$$PATH" .ci/dist  ## the source distribution and the wheel; with TAG=v1.2.3 only if all say that version
test: setup  ## lint, type check and test
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check . && $(BIN)/mypy --no-error-summary && $(BIN)/pytest
golden: setup  ## refresh what is generated: the schema and every golden
	@$(BIN)/quad schema && UPDATE_GOLDEN=1 $(BIN)/pytest -q --snapshot-update; git status --short
diff: setup  ## what the working tree would change against the rendered branches, or rendered/ where there are none
	@$(BIN)/quad diff $$(git for-each-ref --format='%(refname)' 'refs/heads/rendered/*' 'refs/remotes/origin/rendered/*' | grep -q . || echo --against rendered)
all: ; @.ci/all  ## every suite at its full length: hours
bench: setup ; @$(BIN)/python -m tests.bench $(ARGS)  ## CPU of quad and its peers on a generated fleet; ARGS="--tenants 1000 --write" for docs/
bench-rust: ; @rust/bench $(ARGS)  ## CPU of the PHP extensions and of PHP, JIT off and on (needs Rust, PHP's headers, libclang)
e2e: setup crds  ## scenarios on a real control plane: kube-apiserver, Argo CD, Argo Rollouts (needs Go and Redis)
	@QUAD_E2E=1 $(BIN)/pytest tests/e2e -n 0 --override-ini addopts="-ra --strict-markers --strict-config --import-mode=importlib"
pages: setup ; @$(BIN)/python tests/pages/run.py  ## the HTML review in a real browser: search, keys, safety, accessibility (needs Node.js and Chromium)
outside: setup ; @$(BIN)/python -m tests.outside.run  ## let checkers that others wrote look at the rendered sample fleet (needs Go)
crds: ; @tests/crds/fetch  ## fetch the CRD schemas that the tests check against (needs Go)
rust: setup ; @rust/test  ## crates, PHP extension, Moodle plugin, backup tool (needs Rust, PHP's headers, libclang, PHPUnit, PostgreSQL, restic, Go)
wasm: setup ; @wasm/test  ## the widgets: their crates, their Moodle plugin, and each in a real browser (needs Rust, Debian's rustc-web and lld, PHPUnit, Node.js, Chromium)
lock: setup  ## lock the dependencies again, to their newest versions
	@for k in run dev workers; do $(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --no-emit-options --no-header --no-annotate --allow-unsafe $$([ $$k = run ] || echo --extra $$k -c requirements/run.txt) -o requirements/$$k.txt pyproject.toml; done
clean:  ## remove what make has made; rendered/ keeps its README
	@rm -rf .venv .build .mypy_cache .pytest_cache .ruff_cache .hypothesis dist tests/pages/node_modules && git clean -fdXq rendered
