from dataclasses import replace

import pytest
import torch

from tests.support import tone_corpus
from training.errors import InputError
from training.fit import checkpoint


def test_the_weights_are_the_averaged_ones(learned):
    recogniser, recipe, frame_seconds = checkpoint.trained(learned.run / "best.ckpt")
    saved = torch.load(learned.run / "best.ckpt", weights_only=False)
    for name, value in recogniser.state_dict().items():
        assert torch.equal(value, saved["state_dict"][f"recogniser.{name}"])
    assert not recogniser.training
    assert (recipe, frame_seconds) == (learned.recipe, 0.04)


def altered(learned, tmp_path, change):
    saved = torch.load(learned.run / "best.ckpt", weights_only=False)
    change(saved)
    torch.save(saved, tmp_path / "altered.ckpt")
    return tmp_path / "altered.ckpt"


def test_a_recipe_of_another_version_is_refused(learned, tmp_path):
    def change(saved):
        saved["hyper_parameters"]["recipe"]["tempo"] = 3

    with pytest.raises(InputError, match=r"another version: .*tempo"):
        checkpoint.trained(altered(learned, tmp_path, change))


def test_weights_that_do_not_fit_are_refused(learned, tmp_path):
    def change(saved):
        saved["state_dict"].popitem()

    with pytest.raises(InputError, match="does not fit"):
        checkpoint.trained(altered(learned, tmp_path, change))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", bytes(range(256))])
def test_what_is_no_checkpoint_is_refused(content, tmp_path):
    (tmp_path / "last.ckpt").write_bytes(content)
    with pytest.raises(InputError, match="not a checkpoint"):
        checkpoint.read(tmp_path / "last.ckpt")


def test_a_run_is_continued_by_a_recipe_of_the_same_network(learned, tmp_path):
    last = learned.run / "last.ckpt"
    checkpoint.check_continues(tmp_path / "nowhere.ckpt", tone_corpus.recipe())
    checkpoint.check_continues(last, learned.recipe)
    checkpoint.check_continues(last, replace(learned.recipe, steps=1000, warmup_steps=9))
    wider = learned.recipe.parameters | {"rnn_dim": 64}
    with pytest.raises(InputError, match="another parameters"):
        checkpoint.check_continues(last, replace(learned.recipe, parameters=wider))


@pytest.mark.parametrize("change", [{"learning_rate": 0.1}, {"weight_decay": 0.1}, {"seed": 2}])
def test_what_the_optimiser_would_not_hear_of_is_refused(learned, change):
    with pytest.raises(InputError, match=f"another {min(change)}"):
        checkpoint.check_continues(learned.run / "last.ckpt", replace(learned.recipe, **change))
