from pathlib import Path

import pytest
import yaml

from asr import bundle
from tests.training import corpora
from training.augment import SpecAugment, WaveformAugmentation
from training.command import InputError
from training.export import export
from training.networks import build
from training.recipe import Recipe
from training.train import train

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
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(vars(corpora.recipe())))
    assert Recipe.read(tmp_path / "tiny.yaml") == corpora.recipe()


def test_an_unknown_member_is_refused(tmp_path):
    (tmp_path / "odd.yaml").write_text(yaml.safe_dump(vars(corpora.recipe()) | {"learning": 1}))
    with pytest.raises(InputError, match="learning"):
        Recipe.read(tmp_path / "odd.yaml")


def test_a_missing_member_is_refused(tmp_path):
    members = vars(corpora.recipe())
    (tmp_path / "odd.yaml").write_text(
        yaml.safe_dump({name: value for name, value in members.items() if name != "train"})
    )
    with pytest.raises(InputError, match="train"):
        Recipe.read(tmp_path / "odd.yaml")


@pytest.mark.parametrize(
    ("network", "parameters"),
    [
        ("residual_bigru", corpora.SMALL | {"legacy": True}),
        ("conformer", {"width": 8, "layers": 1, "heads": 2, "kernel": 5, "channels": 4}),
    ],
    ids=["legacy", "conformer"],
)
def test_a_network_of_a_recipe_trains_and_exports(network, parameters, tmp_path):
    corpora.write(tmp_path / "data" / "songs", ["abc de", "fed cab"])
    corpora.write(tmp_path / "data" / "dev", ["abc de"])
    recipe = corpora.recipe(network=network, parameters=parameters)
    run = train(recipe, tmp_path / "data", tmp_path / "runs", workers=0)
    export(run, tmp_path / "data", tmp_path / "out", "dev", ["dev"])
    assert bundle.load(str(tmp_path / "out")).manifest.metrics["dev"]["utterances"] == 1
