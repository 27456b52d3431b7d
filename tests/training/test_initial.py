from dataclasses import asdict, replace

import pytest
import torch

from tests.asr import toy
from tests.training import corpora
from training import checkpoint, export, initial
from training.command import InputError
from training.module import CtcModule
from training.networks import build
from training.recipe import Recipe
from training.train import train


def fresh(recipe: Recipe):
    return build(recipe.network, recipe.front_end, recipe.parameters)[0].eval()


def differences(one, other):
    state = other.state_dict()
    return max(float((v - state[name]).abs().max()) for name, v in one.state_dict().items())


def test_weights_come_from_the_best_checkpoint_of_a_run(learned):
    recogniser = fresh(learned.recipe)
    initial.load(recogniser, learned.run)
    trained, _, _ = checkpoint.trained(learned.run / "best.ckpt")
    assert differences(recogniser, trained) == 0.0


def test_weights_come_out_of_a_bundle_in_bfloat16(learned, tmp_path):
    export.export(learned.run, learned.data, tmp_path / "out", "dev", ["dev"], precision="bfloat16")
    recogniser = fresh(learned.recipe)
    initial.load(recogniser, tmp_path / "out")
    trained, _, _ = checkpoint.trained(learned.run / "best.ckpt")
    assert 0.0 < differences(recogniser, trained) < 0.01
    assert all(value.dtype == torch.float32 for value in recogniser.state_dict().values())


def test_what_holds_no_such_weights_is_refused(learned, tmp_path):
    other = corpora.recipe()
    with pytest.raises(InputError, match="does not hold the weights"):
        initial.load(fresh(other), learned.run)
    with pytest.raises(InputError, match="does not hold the weights"):
        initial.load(fresh(learned.recipe), toy.write_bundle(tmp_path / "toy"))
    with pytest.raises(InputError, match="is neither a run"):
        initial.load(fresh(learned.recipe), tmp_path / "nowhere")


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
    return replace(corpora.recipe(), network="convolutional", parameters=parameters)


ADDITIONS = {
    "conditioned": [1],
    "hourglass": {"after": 1, "inner_width": 8, "dilations": [1], "heads": 2},
}


def test_what_a_network_was_given_since_begins_by_adding_nothing(tmp_path):
    recipe = convolutional()
    module = CtcModule(recipe)
    saved = {
        "state_dict": module.state_dict(),
        "hyper_parameters": {"recipe": asdict(recipe)},
    }
    torch.save(saved, tmp_path / "best.ckpt")
    grown = fresh(convolutional(**ADDITIONS))
    initial.load(grown, tmp_path)
    waveforms, samples = torch.randn(2, 8000), torch.tensor([8000, 5000])
    before = module.recogniser.eval()
    assert torch.equal(grown(waveforms, samples)[0], before(waveforms, samples)[0])
    with pytest.raises(InputError, match="does not hold the weights"):
        initial.load(fresh(convolutional(kernels=[3, 3])), tmp_path)  # no addition: a block more
