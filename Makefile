# Everything runs in .venv, which the first command makes. PYTHON chooses the interpreter (3.10 to 3.13).
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.10 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready
SAMPLE := build/sample-week2
CLASS := build/sample-class
# the numbers of Week 2 on the CPU: no gates, no sanitizers, no simulator
CPU_PART := --no-gates --no-sanitizers --task 2.1 --task 2.2 --task 2.4 --task 2.6 --task 2.7

.PHONY: demo class-demo test validate lint bench kernels clean setup browser

setup: $(READY)

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "no Python 3.10 to 3.13 found; set PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(READY)
	@$(BIN)/python -m grader.validation.build samples/week2.py $(SAMPLE)
	@$(BIN)/grader submit week2 --submission $(SAMPLE) --student sample --report reports; \
	code=$$?; test $$code -le 1 || exit $$code
	@echo "The sample has a slow kernel, a wrong one and one with a race on purpose; open the report named above in a browser."

# Sixty made-up students hand in; both weeks are graded, and each gets a class report.
class-demo: $(READY)
	@$(BIN)/python -m grader.validation.sample_class $(CLASS)
	@for week in 1 2; do \
	  options=; test $$week = 1 || options="$(CPU_PART)"; \
	  $(BIN)/grader class grade $(CLASS)/handed-in --week $$week --roster $(CLASS)/roster.csv \
	    --policy $(CLASS)/policy.toml --course "Sample course, autumn 2026" --seed 20261128 \
	    --out $(CLASS)/week$$week $$options || exit $$?; \
	done

test: lint browser
	$(BIN)/python -m pytest -n 2 --dist loadgroup

validate: $(READY)
	$(BIN)/grader validate --week 1 --jobs 3 --json reports/validate-week1.json
	$(BIN)/grader validate --week 2 --jobs 2 --json reports/validate-week2.json
	$(BIN)/python -m tests.validation.class_kill9 --moments 20 --jobs 2
	$(BIN)/python -m tests.validation.class_on_dask
	$(BIN)/python -m tests.fuzz.fuzz_wire -runs=1000000
	$(BIN)/python -m tests.validation.kill9 --moments 50 --jobs 2

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	git ls-files '*.cpp' '*.h' '*.metal' | xargs $(BIN)/clang-format --dry-run --Werror

bench: $(READY)
	$(BIN)/python -m tests.bench.week1
	$(BIN)/python -m tests.bench.week2
	$(BIN)/python -m tests.bench.simulator

# The reference's C++ kernels, into build/kernels. Needs a C++20 compiler; CMake and Ninja come from PyPI.
kernels: $(READY)
	$(BIN)/python -m kernels.build reference/kernels --out build/kernels

# The report is also looked at in a real browser, where there is one: chromium and npm. Without them those tests skip.
browser: $(READY)
	@if command -v npm >/dev/null && command -v chromium >/dev/null; then sh tests/browser/setup.sh; \
	else echo "browser checks need chromium and npm; they will be skipped"; fi

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis tests/browser/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
