import pytest
import torch
from torch import Tensor, nn

from training.networks.blocks import Attention, Block, ChannelDropout


def activations(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def test_dropped_channels_are_dropped_for_the_whole_of_an_utterance():
    torch.manual_seed(0)
    dropout = ChannelDropout(0.25)
    dropped = dropout(torch.ones(8, 5, 400))
    assert torch.equal(dropped, dropped[:, :1].expand_as(dropped))
    assert dropped.unique().tolist() == pytest.approx([0.0, 1 / 0.75])
    assert (dropped == 0).float().mean() == pytest.approx(0.25, abs=0.05)
    assert not torch.equal(dropped[0], dropped[1])


def test_nothing_is_dropped_when_serving():
    x = activations(2, 5, 6)
    assert torch.equal(ChannelDropout(0.5).eval()(x), x)


@pytest.mark.parametrize(
    "part", [Block(8, 3, 2, False, 0.0), Attention(8, 2, 0.0)], ids=["block", "attention"]
)
def test_what_lies_in_the_padding_is_not_heard(part):
    x = activations(1, 12, 8)
    mask = torch.ones(1, 12, 1)
    mask[:, 9:] = 0.0
    changed = x.clone()
    changed[:, 9:] += 5.0
    heard, other = part(x, mask)[:, :9], part(changed, mask)[:, :9]
    assert torch.equal(heard, other)
    assert torch.allclose(heard, part(x[:, :9], mask[:, :9]), atol=1e-6)
    assert not torch.equal(heard, x[:, :9])


def test_attention_is_that_of_torch():
    torch.manual_seed(0)
    ours, theirs = Attention(8, 2, 0.0), nn.MultiheadAttention(8, 2, batch_first=True)
    theirs.load_state_dict(
        {
            "in_proj_weight": ours.project.weight,
            "in_proj_bias": ours.project.bias,
            "out_proj.weight": ours.gather.weight,
            "out_proj.bias": ours.gather.bias,
        }
    )
    x = activations(3, 7, 8)
    inside = torch.arange(7)[None, :] < torch.tensor([7, 4, 1])[:, None]
    y = ours.norm(x)
    expected, _ = theirs(y, y, y, key_padding_mask=~inside)
    assert torch.allclose(ours(x, inside[:, :, None].float()), x + expected, atol=1e-6)
