from pathlib import Path

import pytest
import yaml

from asr import bundle
from tests.support import tone_corpus
from training.augment import SpecAugment, WaveformAugmentation
from training.errors import InputError
from training.export.export import export_run
from training.fit.train import train
from training.networks.registry import build
from training.recipe import RENAMED, Recipe

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


def test_a_recipe_is_read_as_written(tmp_path):
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(vars(tone_corpus.recipe())))
    assert Recipe.read(tmp_path / "tiny.yaml") == tone_corpus.recipe()


def test_an_unknown_key_is_rejected(tmp_path):
    (tmp_path / "odd.yaml").write_text(yaml.safe_dump(vars(tone_corpus.recipe()) | {"learning": 1}))
    with pytest.raises(InputError, match="learning"):
        Recipe.read(tmp_path / "odd.yaml")


def test_a_missing_key_is_rejected(tmp_path):
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
def test_a_value_of_another_type_is_rejected(member, value, tmp_path):
    members = vars(tone_corpus.recipe()) | {member: value}
    (tmp_path / "odd.yaml").write_text(yaml.safe_dump(members))
    with pytest.raises(InputError, match=member):
        Recipe.read(tmp_path / "odd.yaml")


def test_numbers_that_yaml_reads_as_text_are_converted(tmp_path):
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
        ({}, {"conv2d_stem": {"chanels": 4, "blocks": [1, 1]}}, "chanels"),
        ({}, {"kernels": [3, 3], "dilations": [1]}, "zip"),
    ],
)
def test_invalid_arguments_of_a_network_are_rejected(front_end, parameters, named):
    front_end = {"mels": 16, "hop_seconds": 0.01, "window_seconds": 0.025} | front_end
    parameters = {"width": 8, "kernels": [3]} | parameters
    with pytest.raises(InputError, match=named):
        build("convolutional", front_end, parameters)


@pytest.mark.parametrize(
    "keys",
    [
        {"network": "residual_bigru_legacy", "parameters": tone_corpus.SMALL},
        {
            "network": "conformer",
            "parameters": {"width": 8, "layers": 1, "heads": 2, "kernel": 5, "channels": 4},
        },
        {
            "network": "whisper_ctc",
            "front_end": {"mels": 16},
            "parameters": {"width": 8, "heads": 2, "layers": 2, "self_conditioning_block": 0},
            "frozen": ["network.encoder"],
            "head_learning_rate": 0.02,
        },
    ],
    ids=["legacy", "conformer", "whisper"],
)
def test_a_network_trains_and_exports(keys, tmp_path):
    tone_corpus.write_corpus(tmp_path / "data" / "tones", ["abc de", "fed cab"])
    tone_corpus.write_corpus(tmp_path / "data" / "dev", ["abc de"])
    recipe = tone_corpus.recipe(**keys, steps=2, warmup_steps=1, validation_interval=2)
    run = train(recipe, tmp_path / "data", tmp_path / "runs", "tiny", workers=0)
    export_run(run, tmp_path / "data", tmp_path / "out", "dev", ["dev"])
    assert bundle.load(str(tmp_path / "out")).manifest.metrics["dev"]["utterances"] == 1


def write(folder, **recipes):
    """Write recipes by name, as the keys of `tone_corpus.recipe` unless they extend another."""
    for name, keys in recipes.items():
        whole = keys if "extends" in keys else vars(tone_corpus.recipe()) | keys
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(whole))


def test_a_recipe_inherits_and_overrides_keys(tmp_path):
    write(
        tmp_path,
        base={"steps": 5, "front_end": {"type": "mfcc", "mels": 9}, "augmentation": {"speed": 0.1}},
        middle={"extends": "base", "steps": 7, "augmentation": {"crop": 0.2}},
        tiny={"extends": "middle", "name": "other", "front_end": {"type": "waveform"}},
    )
    recipe = Recipe.read(tmp_path / "tiny.yaml")
    assert (recipe.name, recipe.steps, recipe.dev) == ("other", 7, ["dev"])
    assert recipe.augmentation == {"speed": 0.1, "crop": 0.2}
    assert recipe.front_end == {"type": "waveform"}  # replaced as a whole


def test_mappings_merge_one_level_deep(tmp_path):
    write(
        tmp_path,
        base={"parameters": {"width": 8, "conv2d_stem": {"channels": 4, "blocks": [1]}}},
        tiny={"extends": "base", "parameters": {"conv2d_stem": {"channels": 2}}},
    )
    recipe = Recipe.read(tmp_path / "tiny.yaml")
    assert recipe.parameters == {"width": 8, "conv2d_stem": {"channels": 2}}


def test_null_removes_an_inherited_key(tmp_path):
    write(
        tmp_path,
        base={"weight_decay": 0.5, "spec_augment": {"warp": 0.1, "frame_masks": 3}},
        tiny={"extends": "base", "weight_decay": None, "spec_augment": {"warp": None}},
    )
    recipe = Recipe.read(tmp_path / "tiny.yaml")
    assert recipe.weight_decay == 0.01
    assert recipe.spec_augment == {"frame_masks": 3}


def test_recipes_that_extend_one_another_are_rejected(tmp_path):
    write(tmp_path, a={"extends": "b"}, b={"extends": "c"}, c={"extends": "a"})
    with pytest.raises(InputError, match="extend one another: a -> b -> c -> a"):
        Recipe.read(tmp_path / "a.yaml")


def test_a_missing_parent_is_rejected(tmp_path):
    write(tmp_path, tiny={"extends": "nothing"})
    with pytest.raises(InputError, match=r"extends 'nothing', but there is no .*nothing\.yaml"):
        Recipe.read(tmp_path / "tiny.yaml")


@pytest.mark.parametrize("old", RENAMED)
def test_a_renamed_key_is_rejected_with_its_new_name(old, tmp_path):
    section, _, key = old.rpartition(".")
    write(tmp_path, base={section: {key: 1}} if section else {key: 1}, tiny={"extends": "base"})
    with pytest.raises(InputError, match=f"'{old}' was renamed; write '{RENAMED[old]}'"):
        Recipe.read(tmp_path / "tiny.yaml")


def test_a_file_without_keys_is_rejected(tmp_path):
    (tmp_path / "list.yaml").write_text("[train, dev]")
    with pytest.raises(InputError, match="expected a mapping"):
        Recipe.read(tmp_path / "list.yaml")
