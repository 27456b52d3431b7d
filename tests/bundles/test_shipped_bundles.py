"""Every bundle of this repository is whole, works, and is no larger than a repository can bear."""

from pathlib import Path

import pytest

from asr import bundle
from asr.transcriber import Transcriber, check_golden

MODELS = Path(__file__).parents[2] / "model_artifacts"
MAX_MODEL_BYTES = {"default": 32_000_000, "keyword": 2_000_000}


@pytest.mark.parametrize("name", sorted(folder.name for folder in MODELS.iterdir()))
def test_the_golden_clip_reads_as_the_manifest_says(name):
    check_golden(Transcriber(bundle.load(str(MODELS / name))))


@pytest.mark.parametrize("name", sorted(folder.name for folder in MODELS.iterdir()))
def test_the_model_is_small_enough_for_the_repository(name):
    opened = bundle.load(str(MODELS / name))
    assert len(opened.model) == opened.manifest.model.bytes < MAX_MODEL_BYTES[name]
