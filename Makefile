# `make` alone prints what there is. Everything happens in .venv, made on first use with $(PYTHON).

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
SOURCES := $(shell find core cli -type f -not -name '*.pyc')

.PHONY: help demo test spark test-spark lint dist man bench bench-spark fuzz mutate libraries fixtures locale clean

help:
	@echo "make demo      set up a9 and check the shipped practice year (fixtures/annee_cabinet.xlsx)"
	@echo "make test      set everything up and run the tests"
	@echo "make spark     add pyspark to .venv (needs Java 17); make test-spark runs the tests of the cluster engine"
	@echo "make lint      ruff, mypy --strict, import rules, and the legal lint of the rules"
	@echo "make dist      build wheel and sdist, install the wheel in a bare environment and check a practice year with it"
	@echo "make man       write the manual again from the commands, the templates and the rules"
	@echo "make bench     time a9 against the mere loading of the same workbook"
	@echo "make bench-spark  time a9 with Spark against a9 without (needs Java 17)"
	@echo "make fuzz      the long tests (random workbooks against the oracle)"
	@echo "make mutate    change the code and see whether a test notices (MODULE=period.py MOST=60)"
	@echo "make libraries  read the workbooks of a folder with other libraries too (FOLDER=...), and explain what differs"
	@echo "make fixtures  write the test files again from their sources"
	@echo "make locale    compile the French messages of click"
	@echo "make clean     remove .venv and caches"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "a9 needs Python 3.11 or later: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV) || { echo "no venv module: install it (Debian, Ubuntu: apt install python3-venv)"; rm -rf $(VENV); exit 1; }

# The installed package, as a user has it; the development set-up, once made, serves as well.
$(VENV)/run.stamp: $(BIN)/python pyproject.toml constraints.txt $(SOURCES)
	@test -e $(VENV)/dev.stamp || { echo "setting up $(VENV)..." && $(PIP) .; }
	@touch $@

$(VENV)/dev.stamp: $(BIN)/python pyproject.toml constraints.txt
	@echo "setting up $(VENV)..."
	@$(PIP) -e '.[dev]'
	@touch $@

demo: $(VENV)/run.stamp
	@$(BIN)/a9 check fixtures/annee_cabinet.xlsx --as-of 2024-01-15; code=$$?; \
	if [ $$code -eq 1 ]; then echo "Code de sortie 1 : des anomalies, plantées exprès dans ce classeur d'exemple."; exit 0; fi; \
	exit $$code

# The browser that tests/browser drives; without one they are skipped, and pytest says so (-rs).
$(VENV)/browser.stamp: $(VENV)/dev.stamp
	@$(BIN)/python tests/browser/chromium.py
	@touch $@

test: $(VENV)/dev.stamp $(VENV)/browser.stamp
	$(BIN)/python -m pytest -m "not slow" -n auto --dist loadfile -rs

spark: $(VENV)/dev.stamp
	@$(PIP) -e '.[dev,spark]'

test-spark: spark
	$(BIN)/python -m pytest -m "not slow" -rs tests/cluster

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports
	$(BIN)/python -m avenant9.rulebook.lint --cases tests/rules --as-of $$(date +%F)

# The wheel is made from the sdist, so that neither can lack a file; what is tried is what a user gets.
dist: $(VENV)/dev.stamp
	@$(PIP) -e '.[dev,dist]'
	rm -rf dist
	$(BIN)/python -m build --outdir dist .
	$(BIN)/python -m twine check --strict dist/*.whl dist/*.tar.gz
	$(PYTHON) -m venv dist/essai
	dist/essai/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt dist/*.whl
	cd dist/essai && ./bin/a9 --version && ./bin/a9 check ../../fixtures/annee_cabinet.xlsx --as-of 2024-01-15 -o essai.json; \
	test $$? -eq 1 && test -s essai.json && rm -rf ../essai
	@ls dist

man: $(VENV)/dev.stamp
	$(BIN)/python man/build.py

bench: $(VENV)/dev.stamp
	@$(PIP) -e '.[dev,bench]'
	$(BIN)/python bench/run.py

bench-spark: spark
	$(BIN)/python bench/spark.py

fuzz: $(VENV)/dev.stamp
	A9_LONG=1 $(BIN)/python -m pytest -m "slow or drawn" -n auto

mutate: $(VENV)/dev.stamp
	@$(PIP) -e '.[dev,mutate]'
	$(BIN)/python tests/mutation/run.py $(MODULE) $(if $(MOST),--most $(MOST))

libraries: $(VENV)/dev.stamp
	PYTHONPATH=tests $(BIN)/python tests/libraries/compare.py $(FOLDER)

fixtures: $(VENV)/dev.stamp
	$(BIN)/python fixtures/build.py
	$(BIN)/python fixtures/practice_year.py
	$(BIN)/python fixtures/specialty_years.py
	$(BIN)/python fixtures/threshold_years.py
	$(BIN)/python fixtures/measures_year.py
	$(BIN)/python fixtures/practices_build.py
	$(BIN)/python fixtures/exports.py
	$(BIN)/python fixtures/receipts_year.py

locale: $(VENV)/dev.stamp
	$(BIN)/pybabel compile --directory cli/a9/locale --domain a9 --locale fr

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
