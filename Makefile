# Two commands for a user: `make run` and `make test`. Everything lives in .venv.
.PHONY: run test lint reference study-page lock check-python browser flink prism bench-peers clean

PYTHON ?= python3.11
CACHE := $(or $(LABELDROP_CACHE),$(HOME)/.cache/labeldrop)
JOB_SERVER := org.apache.beam:beam-runners-flink-1.20-job-server:2.77.0
PRISM := github.com/apache/beam/sdks/v2/go/cmd/prism@v2.77.0
BIN := .venv/bin

run: .venv/installed
	$(BIN)/labeldrop phantom runs/phantom
	$(BIN)/labeldrop run pipeline/configs/quickstart.yaml

test: .venv/installed lint browser flink prism
	$(BIN)/pytest

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Headless Chromium for the test of the report; where it cannot be installed that test is skipped and says so.
browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium >/dev/null; } || \
	  echo "No Chromium: the test of the report in a browser will be skipped. Next step: apt-get install chromium"

# Flink in an environment of its own, and Beam's job server for it; tests that lack one of them are skipped and say so.
flink: $(CACHE)/flink/installed
	@$(BIN)/python -m components.engine.flink.version >/dev/null 2>&1 || \
	  mvn --quiet --batch-mode dependency:get -Dartifact=$(JOB_SERVER) -Dtransitive=false >/dev/null 2>&1 || \
	  echo "No job server: the tests of Beam jobs on Flink will be skipped. Next step: fetch $(JOB_SERVER) with Maven"

$(CACHE)/flink/installed: requirements-flink.lock | .venv/installed
	@mkdir -p $(@D)
	@{ $(PYTHON) -m venv $(@D)/env && \
	  $(@D)/env/bin/pip install --quiet --no-deps --require-hashes -r requirements-flink.lock && touch $@; } || \
	  echo "No Flink: the tests of a Flink cluster will be skipped. Next step: read what pip says above"

# Beam's reference runner, built from its Go module: a job service for the tests that starts real worker processes.
prism: $(CACHE)/prism/prism
$(CACHE)/prism/prism:
	@{ command -v go >/dev/null && GOBIN=$(@D) go install $(PRISM) 2>/dev/null; } || \
	  echo "No Prism: the tests of a Beam job service will be skipped. Next step: install Go, then make prism"

# nnU-Net in an environment of its own, for `labeldrop bench preprocessing --camus FOLDER`.
bench-peers: | check-python
	$(PYTHON) -m venv $(CACHE)/peers/env
	$(CACHE)/peers/env/bin/pip install --quiet nnunetv2==2.8.1

reference: .venv/installed
	$(BIN)/python -m pipeline.reference > docs/reference/configuration.md

# Keeps the records of finished studies with the project, and writes docs/study.md from all that are kept.
study-page: .venv/installed
	$(BIN)/python -m pipeline.study.page $(STUDIES)

.venv/installed: requirements.lock setup.py | check-python
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

check-python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || { \
	  echo "labeldrop needs Python 3.11: TensorFlow 2.15, the last one tensorflow-addons works with, has no wheels above it."; \
	  echo "Received: $$($(PYTHON) --version 2>&1 | head -n 1)"; \
	  echo "Next step: install it (Debian 12: apt-get install python3.11 python3.11-venv; elsewhere: uv python install 3.11"; \
	  echo "or pyenv install 3.11), then run make again with PYTHON=/path/to/python3.11"; \
	  exit 1; }

# Pins every package by hash; needs uv (pip install uv).
lock:
	uv pip compile setup.py --extra dev --python-version 3.11 --python-platform x86_64-manylinux_2_28 \
	  --generate-hashes --no-annotate --no-header --no-emit-index-url --quiet --output-file requirements.lock
	sed -i '1i # Made by `make lock`: every package the project runs and is tested with, pinned by hash.' requirements.lock

clean:
	rm -rf .venv build dist runs
