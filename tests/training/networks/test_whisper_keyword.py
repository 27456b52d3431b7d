from typing import Any

import pytest
import torch
from torch import Tensor

from training.networks.whisper_keyword import WhisperKeyword

LABELS = ["yes", "no", "turn right"]
SMALL: dict[str, Any] = {"width": 8, "heads": 2, "layers": 2, "hidden": 6}


@pytest.fixture(scope="module")
def network() -> WhisperKeyword:
    torch.manual_seed(0)
    return WhisperKeyword(16, LABELS, **SMALL).eval()


def features(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def test_a_clip_gives_one_frame_of_log_probabilities(network):
    log_probs, frames = network(features(3, 20, 16), torch.tensor([20, 1, 7]))
    assert (log_probs.shape, log_probs.dtype) == ((3, 1, 3), torch.float32)
    assert frames.tolist() == [1, 1, 1]
    assert torch.allclose(log_probs.exp().sum(-1), torch.ones(3, 1), atol=1e-5)


def test_padding_does_not_change_a_clip(network):
    x = features(2, 20, 16)
    x[0, 11:] = 0.0  # as the front end has it
    together, _ = network(x, torch.tensor([11, 20]))
    single, _ = network(x[:1, :11], torch.tensor([11]))
    assert torch.allclose(together[0], single[0], atol=1e-5)


@pytest.mark.parametrize("frame", [0, 10, 19])
def test_every_frame_of_a_clip_changes_the_result(network, frame):
    x, lengths = features(1, 20, 16), torch.tensor([20])
    changed = x.clone()
    changed[0, frame] += 3.0
    assert not torch.equal(network(changed, lengths)[0], network(x, lengths)[0])


def test_class_bias_applies_outside_training_only():
    network = WhisperKeyword(16, LABELS, dropout=0.0, class_bias={"no": 1.5}, **SMALL)
    x, lengths = features(1, 20, 16), torch.tensor([20])
    in_training = network(x, lengths)[0][0, 0]
    biased = network.eval()(x, lengths)[0][0, 0]
    odds = (biased[1] - biased[0]) - (in_training[1] - in_training[0])
    assert odds.item() == pytest.approx(1.5, abs=1e-4)


def test_a_clip_longer_than_the_positions_is_rejected(network):
    with pytest.raises(ValueError, match="longer than 10 s"):
        network(features(1, 1001, 16), torch.tensor([1001]))


def test_the_head_has_no_depth_and_the_blocks_have_one_each(network):
    assert network.layer_depths() == {
        "encoder.blocks.0.": 1,
        "encoder.blocks.1.": 0,
        "encoder.conv": 2,
    }
