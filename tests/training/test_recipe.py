from pathlib import Path

import pytest
import yaml

from tests.training import corpora
from training.augment import SpecAugment, WaveformAugmentation
from training.networks import build
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
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(vars(corpora.recipe())))
    assert Recipe.read(tmp_path / "tiny.yaml") == corpora.recipe()


def test_an_unknown_member_is_refused(tmp_path):
    (tmp_path / "odd.yaml").write_text(yaml.safe_dump(vars(corpora.recipe()) | {"learning": 1}))
    with pytest.raises(TypeError, match="learning"):
        Recipe.read(tmp_path / "odd.yaml")


def test_a_missing_member_is_refused(tmp_path):
    members = vars(corpora.recipe())
    (tmp_path / "odd.yaml").write_text(
        yaml.safe_dump({name: value for name, value in members.items() if name != "train"})
    )
    with pytest.raises(TypeError, match="train"):
        Recipe.read(tmp_path / "odd.yaml")
