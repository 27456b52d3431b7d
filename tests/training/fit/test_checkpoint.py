from dataclasses import replace

import pytest
import torch

from tests.support import tone_corpus
from training.errors import InputError
from training.fit import checkpoint


def test_the_weights_are_the_averaged_ones(learned):
    recogniser, recipe, frame_seconds = checkpoint.load_recogniser(learned.run / "best.ckpt")
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


def test_a_checkpoint_with_a_recipe_of_another_version_is_rejected(learned, tmp_path):
    def change(saved):
        saved["hyper_parameters"]["recipe"]["tempo"] = 3

    with pytest.raises(InputError, match=r"another version; .*tempo"):
        checkpoint.load_recogniser(altered(learned, tmp_path, change))


def test_weights_that_do_not_fit_the_recipe_are_rejected(learned, tmp_path):
    def change(saved):
        saved["state_dict"].popitem()

    with pytest.raises(InputError, match="do not fit its recipe"):
        checkpoint.load_recogniser(altered(learned, tmp_path, change))


def test_a_run_of_another_version_cannot_be_resumed(learned, tmp_path):
    def change(saved):
        keys = saved["hyper_parameters"]["recipe"]
        keys["initial"] = keys.pop("init_from")

    file = altered(learned, tmp_path, change)
    with pytest.raises(InputError, match=r"another version; .*initial"):
        checkpoint.check_resumable(file, learned.recipe)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", bytes(range(256))])
def test_other_files_are_rejected(content, tmp_path):
    (tmp_path / "last.ckpt").write_bytes(content)
    with pytest.raises(InputError, match="not a checkpoint"):
        checkpoint.load_checkpoint(tmp_path / "last.ckpt")


def test_a_recipe_of_the_same_network_resumes_a_run(learned, tmp_path):
    last = learned.run / "last.ckpt"
    checkpoint.check_resumable(tmp_path / "nowhere.ckpt", tone_corpus.recipe())
    checkpoint.check_resumable(last, learned.recipe)
    checkpoint.check_resumable(last, replace(learned.recipe, steps=1000, warmup_steps=9))
    wider = learned.recipe.parameters | {"width": 64}
    with pytest.raises(InputError, match="another parameters"):
        checkpoint.check_resumable(last, replace(learned.recipe, parameters=wider))


@pytest.mark.parametrize("change", [{"learning_rate": 0.1}, {"weight_decay": 0.1}, {"seed": 2}])
def test_a_change_of_the_optimiser_is_rejected_on_resume(learned, change):
    with pytest.raises(InputError, match=f"another {min(change)}"):
        checkpoint.check_resumable(learned.run / "last.ckpt", replace(learned.recipe, **change))
