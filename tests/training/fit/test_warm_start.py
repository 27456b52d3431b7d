from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from asr.transcriber import Transcriber
from tests.support import tone_corpus, toy_model
from training.errors import InputError
from training.export.bundle_writer import MODEL_FILE, new_bundle, write_bundle
from training.export.manifest_fields import ctc_fields
from training.export.torchscript import save_torchscript
from training.fit import checkpoint, warm_start
from training.fit.module import CtcModule, RecipeModule
from training.fit.train import TASKS, train
from training.fit.weights_folder import WeightsSource, save_weights
from training.networks.registry import build
from training.recipe import Recipe


def fresh(recipe: Recipe):
    return build(recipe.network, recipe.front_end, recipe.parameters)[0].eval()


def differences(one, other):
    state = other.state_dict()
    return max(float((v - state[name]).abs().max()) for name, v in one.state_dict().items())


def test_weights_come_from_the_best_checkpoint_of_a_run(learned):
    recogniser = fresh(learned.recipe)
    warm_start.initialise(recogniser, learned.run)
    trained, _, _ = checkpoint.load_recogniser(learned.run / "best.ckpt")
    assert differences(recogniser, trained) == 0.0


def test_weights_come_from_a_bundle_in_bfloat16(learned, tmp_path):
    trained, _, frame_seconds = checkpoint.load_recogniser(learned.run / "best.ckpt")
    save_torchscript(trained, tmp_path / MODEL_FILE, "bfloat16")
    fields = ctc_fields(frame_seconds)
    opened = new_bundle(
        tmp_path, fields=fields, name="net", version="1", license="MIT", precision="bfloat16"
    )
    write_bundle(tmp_path, Transcriber(opened))
    recogniser = fresh(learned.recipe)
    warm_start.initialise(recogniser, tmp_path)
    assert 0.0 < differences(recogniser, trained) < 0.01
    assert all(value.dtype == torch.float32 for value in recogniser.state_dict().values())


def test_weights_of_another_network_are_rejected(learned, tmp_path):
    other = tone_corpus.recipe()
    with pytest.raises(InputError, match="does not hold the weights"):
        warm_start.initialise(fresh(other), learned.run)
    with pytest.raises(InputError, match="does not hold the weights"):
        warm_start.initialise(fresh(learned.recipe), toy_model.write_bundle(tmp_path / "toy"))
    with pytest.raises(InputError, match="is neither a run"):
        warm_start.initialise(fresh(learned.recipe), tmp_path / "nowhere")


def test_weights_come_from_an_import(tmp_path):
    recipe = RECIPES["whisper_ctc_frozen"]
    published = fresh(recipe).state_dict()
    encoder = {name: v.half() for name, v in published.items() if "encoder" in name}
    source = WeightsSource("whisper-base", "base.pt", "0" * 64, "MIT", "(c) OpenAI", "2022")
    save_weights(tmp_path, encoder, source)
    recogniser = fresh(recipe)
    warm_start.initialise(recogniser, tmp_path, recipe.reinitialise)
    for name, value in recogniser.named_parameters():
        if name in encoder:
            assert torch.equal(value, encoder[name].float()), name
    with pytest.raises(InputError, match="does not hold the weights"):
        warm_start.initialise(recogniser, tmp_path)


@pytest.mark.parametrize("init_from", ["learned", ""])
def test_a_run_starts_from_the_weights_of_another(learned, monkeypatch, init_from):
    first: list[list[float]] = []
    step = CtcModule.training_step

    def recorded(self, batch, index):
        first.append(fingerprint(self.recogniser))
        return step(self, batch, index)

    monkeypatch.setattr(CtcModule, "training_step", recorded)
    changes = {
        "init_from": init_from,
        "steps": 1,
        "validation_interval": 1,
    }
    recipe = Recipe(**vars(learned.recipe) | changes)
    train(recipe, learned.data, learned.run.parent, f"after_{init_from}", workers=0)
    trained, _, _ = checkpoint.load_recogniser(learned.run / "best.ckpt")
    assert (first[0] == fingerprint(trained)) == bool(init_from)


def fingerprint(recogniser):
    return [round(float(value.double().sum()), 6) for value in recogniser.state_dict().values()]


def convolutional(**more) -> Recipe:
    parameters = {"width": 8, "kernels": [3], "dropout": 0.0} | more
    return replace(tone_corpus.recipe(), network="convolutional", parameters=parameters)


def save(recipe: Recipe, run: Path) -> RecipeModule:
    """Save a checkpoint of `recipe` with random weights."""
    module = TASKS[recipe.task](recipe)
    saved = {"state_dict": module.state_dict(), "hyper_parameters": {"recipe": asdict(recipe)}}
    torch.save(saved, run / "best.ckpt")
    return module


def test_reinitialised_parameters_keep_their_values_and_may_be_missing(tmp_path):
    before = save(convolutional(), tmp_path).recogniser
    grown = fresh(convolutional(conv2d_stem={"channels": 2, "blocks": [0, 0]}))
    stem = grown.get_parameter("network.stem.1.weight").clone()
    warm_start.initialise(grown, tmp_path, ["network.conv2d_stem", "network.stem.1"])
    assert torch.equal(grown.get_parameter("network.stem.1.weight"), stem)
    kept = dict(grown.named_parameters())
    for name, value in before.named_parameters():
        assert torch.equal(kept[name], value) == (not name.startswith("network.stem.1"))


def test_missing_parameters_are_rejected_unless_reinitialised(tmp_path):
    save(convolutional(), tmp_path)
    for changed in ({"conv2d_stem": {"channels": 2, "blocks": [0, 0]}}, {"kernels": [3, 3]}):
        with pytest.raises(InputError, match="does not hold the weights"):
            warm_start.initialise(fresh(convolutional(**changed)), tmp_path, ["network.stem"])


def test_reinitialise_must_name_parameters(tmp_path):
    save(convolutional(), tmp_path)
    with pytest.raises(InputError, match="clasifier"):
        warm_start.initialise(fresh(convolutional()), tmp_path, ["network.clasifier"])


ROOT = Path(warm_start.__file__).parents[2]
RECIPES = {
    path.stem: Recipe.read(path) for path in sorted((ROOT / "training" / "recipes").glob("*.yaml"))
}


FROM_RUNS = [name for name, recipe in RECIPES.items() if recipe.init_from in RECIPES]


@pytest.mark.parametrize("name", FROM_RUNS)
def test_a_recipe_fits_the_one_that_it_starts_from(name, tmp_path):
    recipe = RECIPES[name]
    save(RECIPES[recipe.init_from], tmp_path)
    warm_start.initialise(fresh(recipe), tmp_path, recipe.reinitialise)


@pytest.mark.parametrize(
    ("bundle", "name"), [("default", "dense_ctc_conv2d"), ("keyword", "keyword_gru_conv2d")]
)
def test_a_recipe_starts_from_the_shipped_bundle_of_its_network(bundle, name):
    recogniser = fresh(RECIPES[name])
    before = {key: value.clone() for key, value in recogniser.named_parameters()}
    warm_start.initialise(recogniser, ROOT / "model_artifacts" / bundle)
    same = [key for key, value in recogniser.named_parameters() if torch.equal(value, before[key])]
    assert same == []
