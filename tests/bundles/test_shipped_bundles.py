"""Every bundle of this repository is valid, passes its golden test and is small enough."""

from pathlib import Path

import pytest

from asr import bundle
from asr.transcriber import Transcriber, check_golden

MODELS = Path(__file__).parents[2] / "model_artifacts"
MAX_MODEL_BYTES = {"default": 32_000_000, "keyword": 2_000_000}


@pytest.mark.parametrize("name", sorted(folder.name for folder in MODELS.iterdir()))
def test_the_bundle_passes_its_golden_test(name):
    check_golden(Transcriber(bundle.load(str(MODELS / name))))


@pytest.mark.parametrize("name", sorted(folder.name for folder in MODELS.iterdir()))
def test_the_model_is_small_enough_for_the_repository(name):
    opened = bundle.load(str(MODELS / name))
    assert len(opened.model) == opened.manifest.model.bytes < MAX_MODEL_BYTES[name]
