# make demo and make test do all their own set-up: python3, python3-venv and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint docs sbom audit release mutants faults load bench bench-large experiments clean

demo: $(VENV)/.train
	$(BIN)/hiprisk demo --config configs/stupar.yaml --out demo

test: $(VENV)/.dev
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest \
	  -n 2 --dist loadfile --no-loadscope-reorder --durations=10 --cov --cov-report= $(PYTEST_ARGS)
	$(BIN)/coverage report --sort=cover | tail -n 25
	$(BIN)/coverage report --fail-under=95 --include='src/hiprisk/metrics/*,src/hiprisk/sheet/*,src/hiprisk/features/imputation.py' > /dev/null

lint: $(VENV)/.dev
	$(BIN)/ruff check src tests experiments
	$(BIN)/ruff format --check src tests experiments
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

docs: $(VENV)/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	$(BIN)/python tests/documentation/links.py site

# A CycloneDX bill of materials of what hiprisk is trained with.
sbom: $(VENV)/.train
	$(BIN)/python locks/packages.py sbom sbom.json

# Known vulnerabilities of the locked packages; exit code 5 (make says 2) where they cannot be looked up.
audit: locks/audit.txt
	@test -x .venv-audit/bin/pip-audit || $(PYTHON) -m venv .venv-audit
	@.venv-audit/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r locks/audit.txt
	.venv-audit/bin/python locks/audit.py locks/train.txt

# What is given out: wheel, source, bill of materials, and their hashes.
release: $(VENV)/.train
	rm -rf dist
	$(BIN)/python -m hatchling build -d dist
	$(BIN)/python locks/packages.py sbom dist/sbom.cdx.json
	cd dist && sha256sum * > SHA256SUMS

# Not part of CI: which small faults in a room's code its tests would not notice (10 to 30 minutes a room).
ROOM ?= metrics
SAMPLE ?= 100
SEED ?= 1
mutants: $(VENV)/.mutants
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 nice -n 19 $(BIN)/python experiments/mutants/run.py \
	  --room $(ROOM) --sample $(SAMPLE) --seed $(SEED) $(MUTANTS_ARGS)

# Not part of CI: 32 connections to a service on this machine, honest and hostile ones, for ten minutes.
SECONDS ?= 600
load: $(VENV)/.dev
	$(BIN)/python experiments/faults/hostile_load.py --seconds $(SECONDS)

# Not part of CI: SIGKILL of score and train at random moments, then once more (an hour for 50 of each);
# before that, refusals in processes of their own.
KILLS ?= 50
REFUSALS ?= 200
faults: $(VENV)/.dev
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 nice -n 19 $(BIN)/python experiments/faults/refusals.py \
	  --runs $(REFUSALS) --seed $(SEED)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 nice -n 19 $(BIN)/python experiments/faults/run.py \
	  --kills $(KILLS) --seed $(SEED) $(FAULTS_ARGS)

# Not part of CI: time and memory beside the rivals and along sizes, and docs/performance.md's table.
# About 25 minutes on two idle cores; BENCH=short shows in some minutes that all of it runs. BESIDE=FOLDER
# is an older checkout with its .venv that train is set beside.
bench: $(VENV)/.bench
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python experiments/bench/run_all.py \
	  $(if $(filter short,$(BENCH)),--short) $(if $(BESIDE),--beside $(BESIDE)) $(BENCH_ARGS)
	$(if $(filter short,$(BENCH)),,$(BIN)/python experiments/bench/table.py)

# A study of 1,000,000 people and a file of 10,000,000 rows; SCRATCH needs 6 GiB.
bench-large: $(VENV)/.bench
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python experiments/bench/growth.py --large \
	  $(if $(SCRATCH),--scratch $(SCRATCH))
	$(BIN)/python experiments/bench/table.py

# Not part of CI: the experiments behind docs/evidence anew, then its tables and figures. Hours on one
# core; EXPERIMENTS=short shows in some minutes that all of it runs. NHS=FILE takes the NHS records in.
experiments: $(VENV)/.dev
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 nice -n 19 $(BIN)/python experiments/run_all.py \
	  $(if $(filter short,$(EXPERIMENTS)),--short) $(if $(NHS),--nhs $(NHS))

$(VENV)/.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "hiprisk needs Python 3.11 or newer"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "no virtual environment could be made: apt-get install python3-venv"; exit 2; }
	@touch $@

$(VENV)/.train: $(VENV)/.venv locks/train.txt pyproject.toml
	@echo "Installing what the demo needs (a minute or two) ..."
	@$(PIP) install --require-hashes -r locks/train.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.venv locks/dev.txt pyproject.toml
	@echo "Installing what the tests need (two minutes or so) ..."
	@$(PIP) install --require-hashes -r locks/dev.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.mutants: $(VENV)/.dev locks/mutants.txt
	@echo "Installing what makes the mutants ..."
	@$(PIP) install --require-hashes -r locks/mutants.txt
	@touch $@

$(VENV)/.bench: $(VENV)/.dev locks/bench.txt
	@echo "Installing what hiprisk is measured beside ..."
	@$(PIP) install --require-hashes -r locks/bench.txt
	@touch $@

clean:
	rm -rf $(VENV) .venv-ci .venv-audit demo dist site sbom.json .coverage*
