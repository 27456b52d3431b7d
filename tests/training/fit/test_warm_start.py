from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from tests.support import tone_corpus, toy_model
from training.errors import InputError
from training.export import export
from training.fit import checkpoint, warm_start
from training.fit.module import CtcModule
from training.fit.train import train
from training.networks.registry import build
from training.recipe import Recipe


def fresh(recipe: Recipe):
    return build(recipe.network, recipe.front_end, recipe.parameters)[0].eval()


def differences(one, other):
    state = other.state_dict()
    return max(float((v - state[name]).abs().max()) for name, v in one.state_dict().items())


def test_weights_come_from_the_best_checkpoint_of_a_run(learned):
    recogniser = fresh(learned.recipe)
    warm_start.load(recogniser, learned.run)
    trained, _, _ = checkpoint.trained(learned.run / "best.ckpt")
    assert differences(recogniser, trained) == 0.0


def test_weights_come_out_of_a_bundle_in_bfloat16(learned, tmp_path):
    export.export(learned.run, learned.data, tmp_path / "out", "dev", ["dev"], precision="bfloat16")
    recogniser = fresh(learned.recipe)
    warm_start.load(recogniser, tmp_path / "out")
    trained, _, _ = checkpoint.trained(learned.run / "best.ckpt")
    assert 0.0 < differences(recogniser, trained) < 0.01
    assert all(value.dtype == torch.float32 for value in recogniser.state_dict().values())


def test_what_holds_no_such_weights_is_refused(learned, tmp_path):
    other = tone_corpus.recipe()
    with pytest.raises(InputError, match="does not hold the weights"):
        warm_start.load(fresh(other), learned.run)
    with pytest.raises(InputError, match="does not hold the weights"):
        warm_start.load(fresh(learned.recipe), toy_model.write_bundle(tmp_path / "toy"))
    with pytest.raises(InputError, match="is neither a run"):
        warm_start.load(fresh(learned.recipe), tmp_path / "nowhere")


@pytest.mark.parametrize("initial_run", ["learned-1", ""])
def test_a_run_begins_where_another_has_ended(learned, monkeypatch, initial_run):
    first: list[list[float]] = []
    step = CtcModule.training_step

    def recorded(self, batch, index):
        first.append(fingerprint(self.recogniser))
        return step(self, batch, index)

    monkeypatch.setattr(CtcModule, "training_step", recorded)
    changes = {
        "name": f"after-{initial_run}",
        "initial": initial_run,
        "steps": 1,
        "validate_every": 1,
    }
    train(Recipe(**vars(learned.recipe) | changes), learned.data, learned.run.parent, workers=0)
    trained, _, _ = checkpoint.trained(learned.run / "best.ckpt")
    assert (first[0] == fingerprint(trained)) == bool(initial_run)


def fingerprint(recogniser):
    return [round(float(value.double().sum()), 6) for value in recogniser.state_dict().values()]


def convolutional(**more) -> Recipe:
    parameters = {"width": 8, "kernels": [3], "dropout": 0.0} | more
    return replace(tone_corpus.recipe(), network="convolutional", parameters=parameters)


def save(recipe: Recipe, run: Path) -> CtcModule:
    """A run of `recipe` that has only begun."""
    module = CtcModule(recipe)
    saved = {"state_dict": module.state_dict(), "hyper_parameters": {"recipe": asdict(recipe)}}
    torch.save(saved, run / "best.ckpt")
    return module


def test_what_is_forgotten_begins_at_random_and_what_was_given_since_may_be_missing(tmp_path):
    before = save(convolutional(), tmp_path).recogniser
    grown = fresh(convolutional(picture={"channels": 2, "blocks": [0, 0]}))
    stem = grown.get_parameter("network.stem.1.weight").clone()
    warm_start.load(grown, tmp_path, ["network.picture", "network.stem.1"])
    assert torch.equal(grown.get_parameter("network.stem.1.weight"), stem)
    kept = dict(grown.named_parameters())
    for name, value in before.named_parameters():
        assert torch.equal(kept[name], value) == (not name.startswith("network.stem.1"))


def test_what_is_missing_and_not_forgotten_is_refused(tmp_path):
    save(convolutional(), tmp_path)
    for changed in ({"picture": {"channels": 2, "blocks": [0, 0]}}, {"kernels": [3, 3]}):
        with pytest.raises(InputError, match="does not hold the weights"):
            warm_start.load(fresh(convolutional(**changed)), tmp_path, ["network.stem"])


def test_what_the_network_has_not_cannot_be_forgotten(tmp_path):
    save(convolutional(), tmp_path)
    with pytest.raises(InputError, match="clasifier"):
        warm_start.load(fresh(convolutional()), tmp_path, ["network.clasifier"])


FOLDER = Path(warm_start.__file__).parents[1] / "recipes"
RECIPES = {
    f"{recipe.name}-{recipe.version}": recipe for recipe in map(Recipe.read, FOLDER.glob("*.yaml"))
}


@pytest.mark.parametrize("run", [name for name, recipe in RECIPES.items() if recipe.initial])
def test_a_recipe_that_begins_with_another_fits_it(run, tmp_path):
    recipe = RECIPES[run]
    save(RECIPES[recipe.initial], tmp_path)
    warm_start.load(fresh(recipe), tmp_path, recipe.forget)
