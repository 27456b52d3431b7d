# Serverless speech recognition. `make help` lists what there is.

VENV ?= .venv
PYTHON ?= python3
AUDIO ?= samples/hello.flac
FORMAT ?= text
BUNDLE ?=
PORT ?= 8000
# Where a CPU build of torch comes from; passed over where it does not answer.
export TORCH_INDEX_URL ?= https://download.pytorch.org/whl/cpu

export PYTHONPATH := lambda:.
BIN := $(VENV)/bin
SERVING := $(VENV)/serving.stamp
DEVELOPMENT := $(VENV)/development.stamp

.DEFAULT_GOAL := help

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

transcribe: $(SERVING)  ## Transcribe AUDIO (files or folders) as FORMAT on BUNDLE, here
	@$(BIN)/python -m asr --format $(FORMAT) $(if $(BUNDLE),--bundle $(BUNDLE)) $(AUDIO)

test: $(DEVELOPMENT)  ## Run the tests that need no container
	$(BIN)/python -m pytest --cov --cov-report=term

lint: $(DEVELOPMENT)  ## Check format, style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(DEVELOPMENT)  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

serve: $(DEVELOPMENT)  ## Serve the API on localhost:PORT
	POWERTOOLS_SERVICE_NAME=asr POWERTOOLS_METRICS_DISABLED=true \
	    $(BIN)/python -m uvicorn handlers.local:app --port $(PORT)

train: $(DEVELOPMENT)  ## Train RECIPE (a name in training/recipes) on the corpora under DATA
	$(BIN)/python -m training.train training/recipes/$(RECIPE).yaml --data $(DATA)

clean:  ## Remove what the other targets have made
	rm -rf $(VENV) .aws-sam .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage

$(SERVING): layers/install $(wildcard layers/*/requirements.txt)
	$(PYTHON) -m venv $(VENV)
	. $(BIN)/activate && layers/install torch audio aws
	touch $@

$(DEVELOPMENT): $(SERVING) training/requirements.txt tests/requirements.txt
	$(BIN)/python -m pip install -r training/requirements.txt -r tests/requirements.txt
	touch $@

.PHONY: help transcribe test lint format serve train clean
