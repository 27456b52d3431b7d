"""The shipped keyword bundle agrees with its recipe, manifest and card."""

from pathlib import Path

import numpy as np
import pytest

from asr import bundle
from asr.acoustic_model import AcousticModel
from asr.audio.audio import SAMPLE_RATE, Budget, Waveform
from asr.transcriber import Transcriber
from training.recipe import Recipe

ROOT = Path(__file__).parents[2]
KEYWORD = ROOT / "model_artifacts" / "keyword"
RECIPE = ROOT / "training" / "recipes" / "keyword_gru_conv2d.yaml"


@pytest.fixture(scope="module")
def opened():
    return bundle.load(str(KEYWORD))


@pytest.fixture(scope="module")
def transcriber(opened):
    return Transcriber(opened)


def test_the_labels_are_those_of_the_recipe(opened):
    recipe = Recipe.read(RECIPE)
    manifest = opened.manifest
    assert list(manifest.labels) == recipe.parameters["labels"]
    assert (manifest.name, manifest.version) == (recipe.name, f"{recipe.version}-bfloat16")
    assert manifest.license == "CC BY-SA 4.0"  # as the digits that it is trained on


def test_a_keyword_is_recognised_with_its_probability(transcriber):
    sample = (ROOT / "samples" / "seven.flac").read_bytes()
    found = transcriber.transcribe(sample, Budget(max_seconds=60.0))
    assert [word.word for word in found.words] == ["seven"]
    assert 0.5 < found.words[0].confidence <= 1


def test_the_card_has_the_accuracy_of_the_manifest(opened):
    card = (KEYWORD / "MODEL_CARD.md").read_text()
    assert set(opened.manifest.metrics) == {"words-test"}
    for name, rates in opened.manifest.metrics.items():
        row = next(line for line in card.splitlines() if line.startswith(f"| {name} | all |"))
        assert row.split("|")[3].strip() == str(rates["utterances"])
        assert row.endswith(f"| {rates['accuracy']:.3f} |")
    for source in opened.manifest.sources:
        assert source["name"] in card
        assert source["license"] in card
    assert (KEYWORD / "confusion_matrix.svg").exists()
    assert (KEYWORD / "curves.svg").exists()


def test_a_batch_equals_its_clips_one_by_one(opened):
    model = AcousticModel(opened)
    random = np.random.default_rng(0)
    clips = [
        random.normal(0, 0.1, round(seconds * SAMPLE_RATE)).astype(np.float32)
        for seconds in (0.3, 2.0, 0.71)
    ]
    for together, clip in zip(model.log_probs(clips), clips, strict=True):
        (alone,) = model.log_probs([clip])
        assert np.allclose(together, alone, atol=1e-4)


def test_silence_gives_an_empty_transcript(transcriber):
    silence = Waveform(np.zeros(SAMPLE_RATE, np.float32))
    assert transcriber.transcribe_waveform(silence).text == ""
