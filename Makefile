# Serverless speech recognition. `make help` lists what there is.

VENV ?= .venv
PYTHON ?= python3
AUDIO ?= samples/hello.flac
FORMAT ?= text
DECODER ?=
OUTPUT ?=
BUNDLE ?=
MODEL ?= wav2vec2-base-960h
PRECISION ?= float32
PORT ?= 8000
STACK ?= serverless-asr
PARAMETERS ?=
# Where a CPU build of torch comes from; passed over where it does not answer.
export TORCH_INDEX_URL ?= https://download.pytorch.org/whl/cpu

BIN := $(VENV)/bin
SERVING := $(VENV)/serving.stamp
DEVELOPMENT := $(VENV)/development.stamp

.DEFAULT_GOAL := help

help:  ## Show this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

transcribe: $(SERVING)  ## Transcribe AUDIO (files, folders) as FORMAT on BUNDLE, here, into OUTPUT
	@if test -e "$(AUDIO)"; then set -- "$(AUDIO)"; else set -- $(AUDIO); fi; \
	$(BIN)/python -m asr --format $(FORMAT) $(if $(BUNDLE),--bundle "$(BUNDLE)") \
	    $(if $(DECODER),--decoder $(DECODER)) $(if $(OUTPUT),--output-dir "$(OUTPUT)") "$$@"

test: $(DEVELOPMENT)  ## Run the tests that need no container
	$(BIN)/python -m pytest --cov --cov-report=term

lint: $(DEVELOPMENT)  ## Check format, style, types and the SAM template
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	scripts/dev/sam validate --lint

format: $(DEVELOPMENT)  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

serve: $(DEVELOPMENT)  ## Serve the page and the API on localhost:PORT
	POWERTOOLS_SERVICE_NAME=asr POWERTOOLS_METRICS_DISABLED=true \
	    $(BIN)/python -m uvicorn handlers.local:app --port $(PORT)

model: $(DEVELOPMENT)  ## Make a bundle of MODEL, a published one, in PRECISION, under build/models
	$(BIN)/python -m training import-pretrained $(MODEL) --precision $(PRECISION) --out build/models/$(MODEL)

batch: $(SERVING)  ## Transcribe the folder DIR to the folder OUT, with FORMATS (text,srt,vtt) besides JSON
	@test -d "$(DIR)" || { echo "DIR is a folder with audio in it" >&2; exit 2; }
	@$(BIN)/python -m batch "$(DIR)" --out "$(or $(OUT),$(DIR:/=)-transcripts)" \
	    $(if $(FORMATS),--formats $(FORMATS)) $(if $(BUNDLE),--bundle $(BUNDLE)) \
	    $(if $(DECODER),--decoder $(DECODER)) $(if $(PROCESSES),--processes $(PROCESSES))

words: $(DEVELOPMENT)  ## Make the single words that keyword_gru trains on, from the corpora under DATA
	@test -d "$(DATA)" || { echo "DATA is a folder of corpus folders, each with a manifest.tsv" >&2; exit 2; }
	$(BIN)/python -m training keyword-data --data $(DATA)

train: $(DEVELOPMENT)  ## Train RECIPE (a name in training/recipes) on the corpora under DATA
	@test -f "training/recipes/$(RECIPE).yaml" || { echo "RECIPE is one of:" \
	    $(patsubst training/recipes/%.yaml,%,$(wildcard training/recipes/*.yaml)) >&2; exit 2; }
	@test -d "$(DATA)" || { echo "DATA is a folder of corpus folders, each with a manifest.tsv" >&2; exit 2; }
	$(BIN)/python -m training train training/recipes/$(RECIPE).yaml --data $(DATA) \
	    $(if $(PROCESSES),--processes $(PROCESSES) --threads 1)

validate:  ## Check the SAM template
	scripts/dev/sam validate --lint

image:  ## Build the container image (starts an engine and makes a base image where there is none)
	scripts/dev/docker-engine
	scripts/dev/base-image
	scripts/dev/with-wheels scripts/dev/sam build

e2e: $(DEVELOPMENT)  ## Test the image through SAM (without an engine: the emulator alone), and the page
	if scripts/dev/docker-engine; then $(MAKE) image; fi
	scripts/dev/chromium
	$(BIN)/python -m pytest -m e2e tests/e2e

bulk: $(SERVING)  ## Transcribe all under PREFIX=s3://bucket/prefix/ (or in the inventory MANIFEST=s3://...)
	@test -n "$(PREFIX)$(MANIFEST)" || { echo "PREFIX or MANIFEST is s3://bucket/..." >&2; exit 2; }
	@test -z "$(PREFIX)" || test -z "$(MANIFEST)" || { echo "PREFIX or MANIFEST, not both" >&2; exit 2; }
	@machine=$$(scripts/aws/stack-output BulkStateMachine $(STACK)) && \
	$(BIN)/python scripts/aws/bulk.py "$$machine" \
	    $(if $(MANIFEST),--manifest "$(MANIFEST)","$(PREFIX)") \
	    $(if $(CONCURRENCY),--concurrency $(CONCURRENCY))

publish-model: $(SERVING)  ## Check BUNDLE, upload it to the stack's bucket (or MODEL_BUCKET)
	@bucket=$(or $(MODEL_BUCKET),$$(scripts/aws/stack-output ModelBucket $(STACK))) && \
	$(BIN)/python scripts/aws/publish_model.py $(or $(BUNDLE),model_artifacts/default) "$$bucket"

deploy: image  ## Deploy the stack; asks what it needs the first time, shows what will change
	scripts/aws/deploy $(STACK) $(PARAMETERS)

redrive: $(SERVING)  ## Send what failed in batch back to be tried again
	@queue=$$(scripts/aws/stack-output BatchDeadLetters $(STACK)) && $(BIN)/python scripts/aws/redrive.py "$$queue"

logs:  ## Follow the logs of the deployed functions
	scripts/dev/sam logs --stack-name $(STACK) --tail

events: $(SERVING)  ## Write events/ anew from samples/hello.flac
	$(BIN)/python scripts/generate/make_events.py

openapi: $(SERVING)  ## Write docs/openapi.json anew from the routes
	$(BIN)/python scripts/generate/make_openapi.py

clean:  ## Remove what the other targets have made (not runs/, which holds training)
	rm -rf $(VENV) build .aws-sam .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage

$(SERVING): layers/install $(wildcard layers/*/requirements.txt)
	@echo "Installing what serving needs into $(VENV) (a minute or two)" >&2
	@$(PYTHON) -m venv $(VENV)
	@PATH="$(abspath $(BIN)):$$PATH" layers/install torch audio aws
	@# Both source roots, for every program that this Python runs.
	@printf '%s\n' "$(CURDIR)" "$(CURDIR)/lambda" > \
	    "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/sources.pth"
	@touch $@

$(DEVELOPMENT): $(SERVING) training/requirements.txt tests/requirements.txt
	@echo "Installing what training and tests need into $(VENV)" >&2
	@$(BIN)/python -m pip install --quiet -r training/requirements.txt -r tests/requirements.txt
	@touch $@

.PHONY: help transcribe test lint format serve model batch words train validate image e2e publish-model \
    deploy bulk redrive logs events openapi clean
