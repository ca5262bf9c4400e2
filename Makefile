# A stamp in each environment says which requirements it holds, so that a second call starts at once.
.DEFAULT_GOAL := help
.PHONY: help app site docs test truth fuzz soak check bench oracle mutants image dist lowest lock audit clean

PORT ?= 8501
FOLDER ?= build/site
DOCS ?= build/docs
ARGS ?=
PYTHON := .venv/bin/python
# Our matrices are small: OpenBLAS's threads would only fight the other visitors, and each other, for the cores.
export OPENBLAS_NUM_THREADS ?= 1
LOCK := .pins-venv/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
    --fork-strategy fewest --no-header --no-annotate $(ARGS)
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
# PyTorch without CUDA: from where pip looks anyway, else from PyTorch's own index.
install-with-torch = $(1)/bin/python $(PIP_INSTALL) --require-hashes -r $(2) -r requirements-torch.lock 2> /dev/null || \
	    $(1)/bin/python $(PIP_INSTALL) --require-hashes -r $(2) -r requirements-torch.lock \
	        --extra-index-url https://download.pytorch.org/whl/cpu

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

app: .venv/.app  ## start the app at localhost:8501 (PORT=8502 for another port)
	$(PYTHON) -m streamlit run app.py --server.port=$(PORT)

site: .venv/.app  ## write the pages that need no server into build/site (FOLDER=docs for another folder)
	$(PYTHON) -m dropviz.site $(FOLDER)

docs: .docs-venv/.docs  ## write the documentation into build/docs (DOCS=folder for another folder)
	NO_MKDOCS_2_WARNING=1 .docs-venv/bin/python -m mkdocs build --strict --quiet --site-dir $(abspath $(DOCS))

# What is compiled is kept: a dozen processes would compile the same files again, and again at the next run.
test: export PYTHONDONTWRITEBYTECODE :=
test: .venv/.dev  ## run every test, those in a real Chromium too (ARGS="-k name" for some)
	@$(PYTHON) -m tools.browser || true
	@$(PYTHON) -m tools.services || true
	$(PYTHON) -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

truth: .venv/.dev  ## hold every sentence of every page against its numbers, at thousands of settings
	$(PYTHON) -m pytest tests/truth -m truth -n auto --dist load $(ARGS)

fuzz: .venv/.dev  ## try a million hostile addresses, states, files and stories; make test tries ten thousand
	DROPVIZ_FUZZ=1000000 $(PYTHON) -m pytest tests/fuzz -n auto --dist load $(ARGS)

soak: .venv/.dev  ## two hours of 300 visitors and 300 phones; make test has two minutes of a tenth of them
	$(PYTHON) -m bench.soak $(ARGS)

check: .venv/.dev  ## lint, formatting and types over everything; the scripts where there is Node
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	@if command -v node > /dev/null; then node --test tests/js/*.test.mjs; \
	else echo "Skipped: the tests of the scripts' pure parts (tests/js), as there is no node here."; fi
	@if $(MAKE) --silent tests/js/node_modules/.types 2> /dev/null; then cd tests/js && node_modules/.bin/tsc; \
	else echo "Skipped: the types of the scripts (tsc), as there is no npm here, or it cannot install TypeScript."; fi

bench: .bench-venv/.bench  ## compare the speed with NumPy loops, PyTorch, scikit-learn and bare Streamlit pages
	.bench-venv/bin/python -m bench $(ARGS)

oracle: .oracle-venv/.oracle  ## compare the results with PyTorch, TensorFlow, Keras, Flax and others
	.oracle-venv/bin/python -m pytest tests/oracle $(ARGS)

mutants: .mutants-venv/.mutants  ## break the formulas, one line at a time, and see whether a test fails (hours)
	.mutants-venv/bin/python tools/mutants.py $(ARGS)

image: .venv/.dev  ## take the steps of the Dockerfile in a folder of its own, and start what they make
	$(PYTHON) -m pytest tests/deploy/test_dockerfile.py -m "image or not image" $(ARGS)

dist: .pins-venv/.pins .venv/.dev  ## build wheel and sdist into dist, check both, and start the app from the wheel
	rm -rf dist
	.pins-venv/bin/uv build --quiet
	.pins-venv/bin/twine check --strict dist/*.whl dist/*.tar.gz
	.pins-venv/bin/check-wheel-contents dist/*.whl
	$(PYTHON) -m pytest tests/deploy/test_wheel.py -m image $(ARGS)

lowest: .pins-venv/.pins .venv/bin/python  ## the tests without browser, with the oldest packages that the ranges allow
	.pins-venv/bin/uv venv --quiet --clear --python $(PYTHON) build/lowest
	.pins-venv/bin/uv pip install --quiet --python build/lowest --resolution lowest-direct -r pyproject.toml \
	    --extra frames --extra app --extra redis
	.pins-venv/bin/uv pip install --quiet --python build/lowest -c requirements-dev.lock pytest pytest-xdist hypothesis
	build/lowest/bin/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -p no:cacheprovider \
	    --ignore=tests/browser --ignore=tests/deploy --ignore=tests/fuzz --ignore=tests/soak --ignore=tests/truth \
	    --ignore=tests/test_browser_tool.py $(ARGS)

lock: .pins-venv/.pins  ## write requirements*.lock anew: all packages, with the hashes of all their files (ARGS=--upgrade)
	$(LOCK) requirements.txt -o requirements.lock
	for name in redis dev docs mutants pins bench oracle; do \
	    $(LOCK) requirements-$$name.txt -c requirements.lock -o requirements-$$name.lock || exit 1; done

audit: .pins-venv/.pins  ## look the pinned packages up among the known vulnerabilities, where that list can be reached
	.pins-venv/bin/python -m tools.audit requirements.lock requirements-redis.lock

clean:  ## remove the environments, caches and everything built
	rm -rf .venv .docs-venv .bench-venv .oracle-venv .mutants-venv .pins-venv .hypothesis mutants tests/js/node_modules .mypy_cache .ruff_cache .pytest_cache build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.app: requirements.lock | .venv/bin/python
	@echo "Installing the app's packages into .venv (once, about a minute)"
	@$(PYTHON) $(PIP_INSTALL) --require-hashes -r requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.app
	@echo "Installing the development tools into .venv (once)"
	@$(PYTHON) $(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

.pins-venv/.pins: requirements-pins.lock | .pins-venv/bin/python
	@echo "Installing uv, pip-audit and twine into .pins-venv (once)"
	@.pins-venv/bin/python $(PIP_INSTALL) --require-hashes -r requirements-pins.lock
	@touch $@

.docs-venv/.docs: requirements-docs.lock | .docs-venv/bin/python
	@echo "Installing MkDocs into .docs-venv (once)"
	@.docs-venv/bin/python $(PIP_INSTALL) --require-hashes -r requirements-docs.lock
	@touch $@

tests/js/node_modules/.types: tests/js/package.json
	@echo "Installing TypeScript into tests/js/node_modules (once)"
	@cd tests/js && npm install --silent --fetch-retries=0 --fetch-timeout=20000 --no-package-lock --no-audit --no-fund
	@touch $@

.bench-venv/.bench: requirements-bench.lock requirements-torch.lock | .bench-venv/bin/python
	@echo "Installing the benchmark's packages into .bench-venv (once; PyTorch is large)"
	@$(call install-with-torch,.bench-venv,requirements-bench.lock)
	@touch $@

.oracle-venv/.oracle: requirements-oracle.lock requirements-torch.lock | .oracle-venv/bin/python
	@echo "Installing the other frameworks into .oracle-venv (once; they are large)"
	@$(call install-with-torch,.oracle-venv,requirements-oracle.lock)
	@touch $@

.mutants-venv/.mutants: requirements-mutants.lock | .mutants-venv/bin/python
	@echo "Installing mutmut into .mutants-venv (once)"
	@.mutants-venv/bin/python $(PIP_INSTALL) --require-hashes -r requirements-mutants.lock
	@touch $@

# Each candidate is run, not only looked up: a version manager's shim may exist for a Python that does not.
.venv/bin/python .docs-venv/bin/python .bench-venv/bin/python .oracle-venv/bin/python .mutants-venv/bin/python .pins-venv/bin/python:
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	    if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "Creating $(@:/bin/python=) with $$($$python --version)"; \
	        $$python -m venv --clear $(@:/bin/python=) && exit 0; \
	        rm -rf $(@:/bin/python=); exit 1; \
	    fi; \
	done; \
	echo "dropviz needs Python 3.11 or newer, and no such python3 was found on the PATH." >&2; exit 1
