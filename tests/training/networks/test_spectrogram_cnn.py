import pytest
import torch
from torch import Tensor, nn

from training.networks.spectrogram_cnn import Picture, Stage

MELS = 6


def trained(part: nn.Module) -> nn.Module:
    """The part with weights that let nothing vanish."""
    torch.manual_seed(1)
    for parameter in part.parameters():
        nn.init.normal_(parameter, std=0.3)
    return part


def activations(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 8, 9, 30])
def test_a_picture_is_seen_alike_alone_and_beside_others(frames):
    seen = trained(Picture(MELS, channels=4, blocks=[1, 2]))
    x, lengths = activations(2, 31, MELS), torch.tensor([31, frames])
    x[1, frames:] = 0.0
    (alone,), count = seen(x[1:, :frames], lengths[1:])
    assert alone.shape == (-(-frames // 4), 4 * 2)
    assert count.tolist() == [len(alone)]
    together, _ = seen(x, lengths)
    assert torch.allclose(together[1, : len(alone)], alone, atol=1e-5)


def test_a_picture_moved_up_is_seen_moved_up():
    seen = Stage(4, 4, 1)
    trained(seen)
    low = torch.zeros(1, 4, 9, 40)
    low[:, :, 4, 12:16] = 1.0
    high = low.roll(8, dims=3)
    (lower, _), (higher, _) = seen(low, torch.tensor([9])), seen(high, torch.tensor([9]))
    assert torch.allclose(higher[..., 8:16], lower[..., 4:12], atol=1e-6)
    assert lower[..., 4:12].std() > 0
