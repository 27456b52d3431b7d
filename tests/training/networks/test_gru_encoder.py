import pytest
import torch
from torch import Tensor

from training.networks.gru_encoder import GRUEncoder


def encoder(frame_stack: int, conv2d: bool) -> GRUEncoder:
    torch.manual_seed(0)
    stem = {"channels": 4, "blocks": [1, 1]} if conv2d else None
    return GRUEncoder(
        8, layers=1, hidden=6, frame_stack=frame_stack, dropout=0.0, conv2d_stem=stem
    ).eval()


def features(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    ("frame_stack", "conv2d", "frames", "steps"),
    [(1, False, 1, 21), (3, False, 3, 7), (4, False, 4, 6), (1, True, 4, 6), (2, True, 8, 3)],
)
def test_a_step_covers_the_stacked_and_subsampled_frames(frame_stack, conv2d, frames, steps):
    network = encoder(frame_stack, conv2d)
    assert network.frames_per_step == frames
    encoded, lengths = network.encode(features(2, 21, 8), torch.tensor([21, 1]))
    assert encoded.shape == (2, steps, 6)
    assert lengths.tolist() == [steps, 1]


@pytest.mark.parametrize("frame_stack", [1, 3])
@pytest.mark.parametrize("conv2d", [False, True], ids=["features", "conv2d"])
def test_padding_does_not_change_an_utterance(frame_stack, conv2d):
    network = encoder(frame_stack, conv2d)
    x = features(2, 21, 8)
    encoded, lengths = network.encode(x, torch.tensor([21, 10]))
    x[1, 10:] = 100.0
    again, _ = network.encode(x, torch.tensor([21, 10]))
    assert torch.allclose(encoded[1, : lengths[1]], again[1, : lengths[1]], atol=1e-6)
