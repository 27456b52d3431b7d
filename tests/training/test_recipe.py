from pathlib import Path

import pytest
import yaml

from asr import bundle
from tests.support import tone_corpus
from training.augment import SpecAugment, WaveformAugmentation
from training.errors import InputError
from training.export.export import export
from training.fit.train import train
from training.networks.registry import build
from training.recipe import Recipe

RECIPES = sorted((Path(__file__).parents[2] / "training" / "recipes").glob("*.yaml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_published_recipe_reads_and_builds(path):
    recipe = Recipe.read(path)
    recogniser, frame_seconds = build(recipe.network, recipe.front_end, recipe.parameters)
    assert sum(p.numel() for p in recogniser.parameters()) > 0
    assert 0 < frame_seconds < 0.1
    WaveformAugmentation(**recipe.augmentation)
    SpecAugment(**recipe.spec_augment)
    assert recipe.warmup_steps < recipe.steps
    assert recipe.train
    assert recipe.dev


def test_no_two_recipes_make_the_same_bundle():
    assert RECIPES
    names = [(recipe.name, recipe.version) for recipe in map(Recipe.read, RECIPES)]
    assert len(set(names)) == len(names)


def test_what_is_read_is_what_was_written(tmp_path):
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(vars(tone_corpus.recipe())))
    assert Recipe.read(tmp_path / "tiny.yaml") == tone_corpus.recipe()


def test_an_unknown_member_is_refused(tmp_path):
    (tmp_path / "odd.yaml").write_text(yaml.safe_dump(vars(tone_corpus.recipe()) | {"learning": 1}))
    with pytest.raises(InputError, match="learning"):
        Recipe.read(tmp_path / "odd.yaml")


def test_a_missing_member_is_refused(tmp_path):
    members = vars(tone_corpus.recipe())
    (tmp_path / "odd.yaml").write_text(
        yaml.safe_dump({name: value for name, value in members.items() if name != "train"})
    )
    with pytest.raises(InputError, match="train"):
        Recipe.read(tmp_path / "odd.yaml")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("warmup_steps", "many"),
        ("learning_rate", "1 %"),
        ("augmentation", {"speed": "12 %"}),
        ("spec_augment", {"channel_masks": 1.5}),
        ("train", "tones"),
    ],
)
def test_a_member_of_another_type_is_refused(member, value, tmp_path):
    members = vars(tone_corpus.recipe()) | {member: value}
    (tmp_path / "odd.yaml").write_text(yaml.safe_dump(members))
    with pytest.raises(InputError, match=member):
        Recipe.read(tmp_path / "odd.yaml")


def test_numbers_may_be_written_as_yaml_takes_for_text(tmp_path):
    members = vars(tone_corpus.recipe()) | {
        "learning_rate": "1e-3",
        "augmentation": {"speed": "1e-1"},
    }
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(members))
    recipe = Recipe.read(tmp_path / "tiny.yaml")
    assert (recipe.learning_rate, recipe.augmentation) == (0.001, {"speed": 0.1})


@pytest.mark.parametrize(
    ("front_end", "parameters", "named"),
    [
        ({"normalisation": "fix"}, {}, "normalisation"),
        ({}, {"picture": {"chanels": 4, "blocks": [1, 1]}}, "chanels"),
        ({}, {"kernels": [3, 3], "dilations": [1]}, "zip"),
    ],
)
def test_a_network_that_cannot_be_is_refused(front_end, parameters, named):
    front_end = {"mels": 16, "hop_seconds": 0.01, "window_seconds": 0.025} | front_end
    parameters = {"width": 8, "kernels": [3]} | parameters
    with pytest.raises(InputError, match=named):
        build("convolutional", front_end, parameters)


@pytest.mark.parametrize(
    ("network", "parameters"),
    [
        ("residual_bigru", tone_corpus.SMALL | {"legacy": True}),
        ("conformer", {"width": 8, "layers": 1, "heads": 2, "kernel": 5, "channels": 4}),
    ],
    ids=["legacy", "conformer"],
)
def test_a_network_of_a_recipe_trains_and_exports(network, parameters, tmp_path):
    tone_corpus.write_corpus(tmp_path / "data" / "tones", ["abc de", "fed cab"])
    tone_corpus.write_corpus(tmp_path / "data" / "dev", ["abc de"])
    recipe = tone_corpus.recipe(network=network, parameters=parameters)
    run = train(recipe, tmp_path / "data", tmp_path / "runs", workers=0)
    export(run, tmp_path / "data", tmp_path / "out", "dev", ["dev"])
    assert bundle.load(str(tmp_path / "out")).manifest.metrics["dev"]["utterances"] == 1
