import pytest
import torch
from torch import Tensor, nn

from training.networks.spectrogram_cnn import ConvStage, SpectrogramCnn

MELS = 6


def randomised(part: nn.Module) -> nn.Module:
    """The module with weights large enough to show every dependence."""
    torch.manual_seed(1)
    for parameter in part.parameters():
        nn.init.normal_(parameter, std=0.3)
    return part


def activations(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 8, 9, 30])
def test_the_output_does_not_depend_on_the_batch(frames):
    cnn = randomised(SpectrogramCnn(MELS, channels=4, blocks=[1, 2]))
    x, lengths = activations(2, 31, MELS), torch.tensor([31, frames])
    x[1, frames:] = 0.0
    (single,), count = cnn(x[1:, :frames], lengths[1:])
    assert single.shape == (-(-frames // 4), 4 * 2)
    assert count.tolist() == [len(single)]
    together, _ = cnn(x, lengths)
    assert torch.allclose(together[1, : len(single)], single, atol=1e-5)


def test_the_output_moves_with_the_spectrogram_along_frequency():
    stage = ConvStage(4, 4, 1)
    randomised(stage)
    low = torch.zeros(1, 4, 9, 40)
    low[:, :, 4, 12:16] = 1.0
    high = low.roll(8, dims=3)
    (lower, _), (higher, _) = stage(low, torch.tensor([9])), stage(high, torch.tensor([9]))
    assert torch.allclose(higher[..., 8:16], lower[..., 4:12], atol=1e-6)
    assert lower[..., 4:12].std() > 0
