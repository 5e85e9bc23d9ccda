# Everything here works in a fresh clone with nothing but make and Python 3.11 or newer.
# Another interpreter: make demo PYTHON=python3.12
PYTHON ?= python3
# What is installed besides the model: make test EXTRAS=test,browser-test tests the page in a browser too.
EXTRAS ?= test
BIN := .venv/bin
READY := .venv/.ready

# Other interpreters that must give the same results; one that is not there is left out.
PYTHONS ?= python3.13

.PHONY: demo test quick lint bench race site pythons clean

demo: $(READY)
	$(BIN)/stupror compare --designs status-quo,municipal-fund,municipal-fund-repayment,state-outcomes-fund,planner \
		--seeds 40 --years 10 --workers 2 --out out/demo --overwrite

test: $(READY)
	$(BIN)/python -m pytest -n 2 -q

# What a change of the model needs: its rules and laws, the golden run, and what is read from its tables.
quick: $(READY)
	$(BIN)/python -m pytest -n 2 -q -m "not slow" tests/model tests/verification tests/analysis

# What reads types and imports wants the tree as it is installed: stupror/ with the three folders inside.
LAID_OUT := build/as-installed

lint: $(READY)
	$(BIN)/ruff check .
	rm -rf $(LAID_OUT)
	mkdir -p $(LAID_OUT)
	tar -cf - --exclude=__pycache__ stupror | tar -xf - -C $(LAID_OUT)
	tar -cf - --exclude=__pycache__ model experiments analysis | tar -xf - -C $(LAID_OUT)/stupror
	MYPYPATH=$(LAID_OUT) $(BIN)/mypy
	cd $(LAID_OUT) && $(CURDIR)/$(BIN)/lint-imports $(CURDIR)/pyproject.toml

# The documentation as a site, build/site/index.html. A link that leads nowhere is an error.
site: $(READY)
	@$(BIN)/python -c "import furo, myst_parser" 2> /dev/null || \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[site]'
	$(BIN)/python -m sphinx -q -W --keep-going -b html -c docs . build/site

# The golden run on other Pythons, with the newest of everything that stupror needs.
pythons: $(READY)
	@for each in $(PYTHONS); do \
		there=build/pythons/$$each; \
		{ "$$each" -V && "$$each" -m venv $$there && \
			$$there/bin/python -m pip install --quiet --disable-pip-version-check --editable .; } > /dev/null 2>&1 || \
			{ echo "There is no $$each with stupror, and none can be set up: its results are not compared." >&2; continue; }; \
		ours="$$($(BIN)/python -m tests.verification.golden)" && theirs="$$($$there/bin/python -m tests.verification.golden)" && \
			test "$$theirs" = "$$ours" || { echo "$$each gives another golden run than ours: $$theirs" >&2; exit 1; }; \
		echo "$$each: the golden run is the same, $$ours"; \
	done

bench: $(READY)
	$(BIN)/python benchmarks/bench.py

# The same small model in several ways: make race RACE="--install starsim_states" makes the environment of one of them.
race: $(READY)
	$(BIN)/python -m benchmarks.race $(RACE)

clean:
	rm -rf .venv build dist out *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find stupror model experiments analysis tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made once, and again when pyproject.toml changes.
$(READY): pyproject.toml
	@command -v "$(PYTHON)" > /dev/null || \
		{ echo "stupror needs Python 3.11 or newer, and there is no '$(PYTHON)' here. Name one: make PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "stupror needs Python 3.11 or newer; '$(PYTHON)' is $$("$(PYTHON)" -V 2>&1). Name another: make PYTHON=python3.12" >&2; exit 1; }
	"$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$(EXTRAS)]'
	@touch $@
