from dataclasses import replace
from pathlib import Path

import pytest

from asr import bundle
from tests.support import toy_model
from training.finetune.plan import bundle_name, plan_recipe, training_precision
from training.networks.description import NetworkDescription

WHISPER = NetworkDescription(
    "whisper_ctc", {"mels": 16}, {"width": 8, "heads": 2, "layers": 2, "labels": "written"}
)
CONVOLUTIONAL = NetworkDescription(
    "convolutional",
    {"mels": 16, "hop_seconds": 0.01, "window_seconds": 0.025},
    {"width": 8, "kernels": [3]},
)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    folder = toy_model.write_bundle(tmp_path_factory.mktemp("toy"), license="CC BY 4.0")
    return replace(bundle.load(str(folder)).manifest, window_seconds=30.0)


def plan(manifest, description, seconds):
    return plan_recipe(manifest, description, Path("start"), Path("My Model"), seconds)


def test_the_recipe_has_the_network_and_licence_of_the_bundle(manifest):
    recipe = plan(manifest, WHISPER, [5.0] * 200)
    assert (recipe.network, recipe.front_end) == ("whisper_ctc", {"mels": 16})
    assert recipe.parameters == WHISPER.parameters
    assert (recipe.name, recipe.license) == ("my-model", "CC BY 4.0")
    assert recipe.init_from == str(Path("start").absolute())
    assert recipe.augmentation["max_seconds"] == 30.0


def test_a_pretrained_encoder_has_lower_rates_than_its_head(manifest):
    recipe = plan(manifest, WHISPER, [5.0] * 200)
    assert recipe.head_learning_rate is not None
    assert recipe.learning_rate < recipe.head_learning_rate
    assert recipe.layer_learning_rate_decay < 1
    other = plan(manifest, CONVOLUTIONAL, [5.0] * 200)
    assert (other.head_learning_rate, other.layer_learning_rate_decay) == (None, 1.0)


@pytest.mark.parametrize(("minutes", "updates"), [(10, 120), (30, 120), (60, 216)])
def test_more_speech_takes_larger_batches_and_more_updates(manifest, minutes, updates):
    recipe = plan(manifest, WHISPER, [5.0] * (12 * minutes))
    assert recipe.steps == pytest.approx(updates, rel=0.2)
    assert recipe.steps % recipe.validation_interval == 0
    assert 20 <= recipe.batch_seconds <= 100
    assert recipe.warmup_steps < recipe.steps


@pytest.mark.parametrize(
    ("folder", "name"),
    [("bundle", "bundle"), ("/a/My Model!", "my-model"), ("__", "finetuned")],
)
def test_the_bundle_is_named_after_its_folder(folder, name):
    assert bundle_name(Path(folder)) == name


def test_the_precision_is_one_of_the_trainer():
    assert training_precision() in ("bf16-mixed", "32-true")
