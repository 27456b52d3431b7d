import pytest
import torch
from torch import Tensor

from training.networks.gru_encoder import GRULayers


def layers(stride: int, picture: bool) -> GRULayers:
    torch.manual_seed(0)
    seen = {"channels": 4, "blocks": [1, 1]} if picture else None
    return GRULayers(8, layers=1, hidden=6, stride=stride, dropout=0.0, picture=seen).eval()


def features(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    ("stride", "picture", "frames", "steps"),
    [(1, False, 1, 21), (3, False, 3, 7), (4, False, 4, 6), (1, True, 4, 6), (2, True, 8, 3)],
)
def test_a_step_stands_for_so_many_frames(stride, picture, frames, steps):
    network = layers(stride, picture)
    assert network.frames_per_step == frames
    heard, lengths = network.heard(features(2, 21, 8), torch.tensor([21, 1]))
    assert heard.shape == (2, steps, 6)
    assert lengths.tolist() == [steps, 1]


@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("picture", [False, True], ids=["features", "picture"])
def test_what_stands_in_the_padding_reaches_no_step_of_the_utterance(stride, picture):
    network = layers(stride, picture)
    x = features(2, 21, 8)
    heard, lengths = network.heard(x, torch.tensor([21, 10]))
    x[1, 10:] = 100.0
    again, _ = network.heard(x, torch.tensor([21, 10]))
    assert torch.allclose(heard[1, : lengths[1]], again[1, : lengths[1]], atol=1e-6)
