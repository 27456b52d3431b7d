# Serverless speech recognition. `make help` lists the targets.

VENV ?= .venv
PYTHON ?= python3
AUDIO ?= samples/hello.flac
FORMAT ?= text
DECODER ?=
PUNCTUATE ?=
OUTPUT ?=
BUNDLE ?=
MODEL ?= wav2vec2-base-960h
PRECISION ?=
LANGUAGE ?=
LICENSE ?=
RUN ?=
PORT ?= 8000
STACK ?= serverless-asr
PARAMETERS ?=
TEST_WORKERS ?= 2
# Index of CPU builds of torch; skipped if it does not answer.
export TORCH_INDEX_URL ?= https://download.pytorch.org/whl/cpu

BIN := $(VENV)/bin
TRAINING := $(BIN)/python -m training
# Each stamp marks an installed set of packages; a target depends on the smallest one it needs.
SERVING := $(VENV)/serving.stamp
SERVER := $(VENV)/server.stamp
TRAINER := $(VENV)/training.stamp
IMPORTER := $(VENV)/transformers.stamp
DEVELOPMENT := $(VENV)/development.stamp

need-data = @test -d "$(DATA)" || { echo "DATA must be a folder of corpora, each with a manifest.tsv" >&2; exit 2; }
need-out = @test -n "$(OUT)" || { echo "OUT must name the output" >&2; exit 2; }
need-recipe = @test -f "training/recipes/$(RECIPE).yaml" || { echo "RECIPE must be one of:" \
	    $(patsubst training/recipes/%.yaml,%,$(wildcard training/recipes/*.yaml)) >&2; exit 2; }

punctuate = $(if $(filter false,$(PUNCTUATE)),--no-punctuate)$(if $(filter true,$(PUNCTUATE)),--punctuate)

.DEFAULT_GOAL := help

help:  ## List the targets
	@grep -hE '^([a-z0-9-]+:.*##|##)' $(MAKEFILE_LIST) | sed 's/^## */\n/' \
	    | awk -F ':.*## ' 'NF == 2 {printf "  %-19s %s\n", $$1, $$2; next} {print}'

## Use
transcribe: $(SERVING)  ## Transcribe AUDIO (files or folders) as FORMAT with BUNDLE, into OUTPUT
	@if test -e "$(AUDIO)"; then set -- "$(AUDIO)"; else set -- $(AUDIO); fi; \
	$(BIN)/python -m asr --format $(FORMAT) $(if $(BUNDLE),--bundle "$(BUNDLE)") \
	    $(if $(DECODER),--decoder $(DECODER)) $(punctuate) $(if $(OUTPUT),--output-dir "$(OUTPUT)") "$$@"

serve: $(SERVER)  ## Serve the page and the API on localhost:PORT
	POWERTOOLS_SERVICE_NAME=asr POWERTOOLS_METRICS_DISABLED=true \
	    $(BIN)/python -m uvicorn handlers.local:app --port $(PORT)

batch: $(SERVING)  ## Transcribe the folder DIR to the folder OUT, with FORMATS (text,srt,vtt) besides JSON
	@test -d "$(DIR)" || { echo "DIR must be a folder of audio files" >&2; exit 2; }
	@$(BIN)/python -m batch "$(DIR)" --out "$(or $(OUT),$(DIR:/=)-transcripts)" \
	    $(if $(FORMATS),--formats $(FORMATS)) $(if $(BUNDLE),--bundle $(BUNDLE)) \
	    $(if $(DECODER),--decoder $(DECODER)) $(punctuate) $(if $(PROCESSES),--processes $(PROCESSES))

model: $(IMPORTER)  ## Import MODEL (a name, a hub id, a folder or a .nemo file) under build/models
	@$(TRAINING) import-pretrained "$(MODEL)" $(if $(PRECISION),--precision $(PRECISION)) \
	    $(if $(LANGUAGE),--language "$(LANGUAGE)") $(if $(LICENSE),--license "$(LICENSE)") \
	    $(if $(CHECKPOINT),--checkpoint "$(CHECKPOINT)") $(if $(OUT),--out "$(OUT)")

## Deploy
image:  ## Build the container image (starts an engine and makes a base image if there is none)
	scripts/dev/docker-engine
	scripts/dev/base-image
	scripts/dev/with-wheels scripts/dev/sam build

deploy: image $(SERVING)  ## Deploy the stack; asks for its parameters the first time
	PYTHON=$(BIN)/python scripts/aws/deploy $(STACK) $(PARAMETERS)

publish-model: $(SERVING)  ## Verify BUNDLE and upload it to the stack's bucket (or MODEL_BUCKET)
	@bucket=$(or $(MODEL_BUCKET),$$(scripts/aws/stack-output ModelBucket $(STACK))) && \
	$(BIN)/python scripts/aws/publish_model.py $(or $(BUNDLE),model_artifacts/default) "$$bucket"

bulk: $(SERVING)  ## Transcribe all objects under PREFIX=s3://bucket/prefix/ (or in the inventory MANIFEST=)
	@test -n "$(PREFIX)$(MANIFEST)" || { echo "PREFIX or MANIFEST must be s3://bucket/..." >&2; exit 2; }
	@test -z "$(PREFIX)" || test -z "$(MANIFEST)" || { echo "give PREFIX or MANIFEST, not both" >&2; exit 2; }
	@machine=$$(scripts/aws/stack-output BulkStateMachine $(STACK)) && \
	$(BIN)/python scripts/aws/bulk.py "$$machine" \
	    $(if $(MANIFEST),--manifest "$(MANIFEST)","$(PREFIX)") \
	    $(if $(CONCURRENCY),--concurrency $(CONCURRENCY))

redrive: $(SERVING)  ## Send failed batch messages back to their queue
	@queue=$$(scripts/aws/stack-output BatchDeadLetters $(STACK)) && \
	$(BIN)/python scripts/aws/redrive.py "$$queue"

logs:  ## Follow the logs of the deployed functions
	scripts/dev/sam logs --stack-name $(STACK) --tail

## Train
download: $(TRAINER)  ## Download CORPORA (names) to the folder OUT; from ARCHIVE if given
	$(need-out)
	$(TRAINING) download $(CORPORA) --out "$(OUT)" $(if $(ARCHIVE),--archive "$(ARCHIVE)")

synthesize: $(TRAINER)  ## Synthesise HOURS of speech from TEXT (files) into the corpus OUT
	$(need-out)
	$(TRAINING) synthesize $(TEXT) --hours $(or $(HOURS),1) --out "$(OUT)"

keyword-data: $(TRAINER)  ## Build the keyword data set from the corpora under DATA
	$(need-data)
	$(TRAINING) keyword-data --data "$(DATA)"

train: $(TRAINER)  ## Train RECIPE (a name in training/recipes) on the corpora under DATA, or resume it
	$(need-recipe)
	$(need-data)
	$(TRAINING) train training/recipes/$(RECIPE).yaml --data "$(DATA)" \
	    $(if $(PROCESSES),--processes $(PROCESSES) --threads 1)

finetune: $(TRAINER)  ## Fine-tune BUNDLE on your clips and transcripts under DATA, into the bundle OUT
	@test -d "$(DATA)" || { echo "DATA must be a folder of clips and transcripts" >&2; exit 2; }
	$(need-out)
	@$(TRAINING) finetune "$(DATA)" --out "$(OUT)" $(if $(BUNDLE),--bundle "$(BUNDLE)")

cross-validate: $(TRAINER)  ## Cross-validate the keyword RECIPE by speaker on SETS of DATA
	$(need-recipe)
	$(need-data)
	$(TRAINING) cross-validate training/recipes/$(RECIPE).yaml --data "$(DATA)" \
	    --sets $(or $(SETS),words-train words-dev)

export: $(TRAINER)  ## Export the run of RECIPE to the bundle OUT in PRECISION
	$(need-recipe)
	$(need-data)
	$(need-out)
	$(TRAINING) export "$(or $(RUN),runs/$(RECIPE))" --data "$(DATA)" --out "$(OUT)" \
	    --precision $(or $(PRECISION),bfloat16)

evaluate: $(TRAINER)  ## Measure the error rates of BUNDLE on MANIFESTS (manifest.tsv files)
	@test -n "$(MANIFESTS)" || { echo "MANIFESTS must name manifest.tsv files" >&2; exit 2; }
	@$(TRAINING) evaluate $(if $(BUNDLE),--bundle "$(BUNDLE)") --manifest $(MANIFESTS)

language-model: $(TRAINER)  ## Build an n-gram language model of TEXT (files) into the file OUT
	$(need-out)
	$(TRAINING) language-model $(TEXT) --out "$(OUT)"

add-language-model: $(TRAINER)  ## Add LANGUAGE_MODEL to BUNDLE and tune its weights on MANIFESTS
	$(TRAINING) add-language-model "$(BUNDLE)" --language-model "$(LANGUAGE_MODEL)" \
	    --manifest $(MANIFESTS)

card: $(TRAINER)  ## Write the model card of BUNDLE from its measurements
	$(TRAINING) card "$(or $(BUNDLE),model_artifacts/default)"

reproduce: $(TRAINER)  ## Reproduce the default model, from downloads (kept in DATA) to the bundle OUT
	PYTHON=$(BIN)/python scripts/train/reproduce "$(or $(DATA),build/reproduce)" \
	    "$(or $(OUT),build/models/default)"

## Develop
test: $(DEVELOPMENT)  ## Run the tests that need no container (COVERAGE=1 also measures coverage)
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile $(if $(COVERAGE),--cov --cov-report=term)

lint: $(DEVELOPMENT)  ## Check format, style, types, imports, spelling and the SAM template
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/codespell
	scripts/dev/sam validate --lint

format: $(DEVELOPMENT)  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

e2e: $(DEVELOPMENT)  ## Test the image through SAM (without a container engine, in the emulator) and the page
	if scripts/dev/docker-engine; then $(MAKE) image; fi
	scripts/dev/chromium
	$(BIN)/python -m pytest -m e2e -p no:randomly tests/e2e

lock:  ## Pin every dependency with its hashes in layers/constraints.txt
	scripts/dev/lock > layers/constraints.new
	mv layers/constraints.new layers/constraints.txt

events: $(SERVING)  ## Regenerate events/ from samples/hello.flac
	$(BIN)/python scripts/generate/make_events.py

manifest-validator: $(DEVELOPMENT)  ## Regenerate the bundle manifest's validator from its JSON Schema
	$(BIN)/python scripts/generate/make_manifest_validator.py

openapi: $(SERVING)  ## Regenerate docs/openapi.json from the routes
	$(BIN)/python scripts/generate/make_openapi.py

formats: $(SERVING)  ## Regenerate docs/formats.md from the formats that are read
	$(BIN)/python scripts/generate/make_formats.py

clean:  ## Remove everything that the other targets made (except runs/, the training runs)
	rm -rf $(VENV) build .aws-sam .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .import_linter_cache

INSTALL = PATH="$(abspath $(BIN)):$$PATH" layers/install

$(SERVING): layers/install layers/constraints.txt pyproject.toml layers/torch/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or later is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Set PYTHON." >&2; exit 2; }
	@echo "Installing the packages of the engine into $(VENV): 250 MB, one to three minutes." >&2
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) torch audio aws
	@$(BIN)/python -m pip install --no-deps --editable . >&2
	@touch $@

$(SERVER): $(SERVING)
	@$(INSTALL) local
	@touch $@

$(TRAINER): $(SERVING)
	@echo "Installing the packages of training into $(VENV): about a minute." >&2
	@$(INSTALL) training
	@touch $@

$(IMPORTER): $(TRAINER)
	@echo "Installing the packages of the importer into $(VENV): 160 MB, about a minute." >&2
	@$(INSTALL) transformers
	@touch $@

$(DEVELOPMENT): $(SERVER) $(IMPORTER)
	@echo "Installing the packages of the tests into $(VENV): about a minute." >&2
	@$(INSTALL) tests
	@touch $@

.PHONY: help transcribe serve batch model image deploy publish-model bulk redrive logs download synthesize keyword-data \
    train finetune cross-validate export evaluate language-model add-language-model card reproduce test lint format e2e lock events manifest-validator openapi formats clean
