import pytest
import torch
from torch import Tensor

from training.networks.conv_blocks import ChannelDropout, ConvBlock


def activations(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def test_a_channel_is_dropped_for_the_whole_utterance():
    torch.manual_seed(0)
    dropout = ChannelDropout(0.25)
    dropped = dropout(torch.ones(8, 5, 400))
    assert torch.equal(dropped, dropped[:, :1].expand_as(dropped))
    assert dropped.unique().tolist() == pytest.approx([0.0, 1 / 0.75])
    assert (dropped == 0).float().mean() == pytest.approx(0.25, abs=0.05)
    assert not torch.equal(dropped[0], dropped[1])


def test_dropout_is_inactive_in_evaluation():
    x = activations(2, 5, 6)
    assert torch.equal(ChannelDropout(0.5).eval()(x), x)


@pytest.mark.parametrize("separable", [False, True], ids=["dense", "separable"])
def test_padding_does_not_change_an_utterance(separable):
    block = ConvBlock(8, 3, 2, separable, 0.0)
    x = activations(1, 12, 8)
    mask = torch.ones(1, 12, 1)
    mask[:, 9:] = 0.0
    changed = x.clone()
    changed[:, 9:] += 5.0
    output, other = block(x, mask)[:, :9], block(changed, mask)[:, :9]
    assert torch.equal(output, other)
    assert torch.allclose(output, block(x[:, :9], mask[:, :9]), atol=1e-6)
    assert not torch.equal(output, x[:, :9])
