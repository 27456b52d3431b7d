import pytest
import torch
from torch import Tensor, nn

from training.networks.additions import Conditioning, Hourglass, PictureStem

WIDTH, CLASSES, MELS = 8, 5, 6


def hourglass() -> Hourglass:
    torch.manual_seed(0)
    return Hourglass(WIDTH, 1, inner_width=12, dilations=[1, 2], heads=3, dropout=0.0)


def conditioning() -> Conditioning:
    torch.manual_seed(0)
    return Conditioning(WIDTH, 1, CLASSES, outputs_per_frame=2)


def picture() -> PictureStem:
    torch.manual_seed(0)
    return PictureStem(MELS, WIDTH, channels=4, blocks=[1, 2])


def trained(part: nn.Module) -> nn.Module:
    """The part after it has learned something."""
    torch.manual_seed(1)
    for parameter in part.parameters():
        nn.init.normal_(parameter, std=0.3)
    return part


def activations(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def test_at_first_nothing_is_added():
    x, lengths = activations(2, 9, WIDTH), torch.tensor([9, 6])
    assert torch.equal(hourglass()(x, lengths), x)
    assert torch.equal(conditioning()(x)[0], x)
    assert not picture()(activations(2, 9, MELS), lengths).any()
    assert not torch.equal(trained(hourglass())(x, lengths), x)
    assert not torch.equal(trained(conditioning())(x)[0], x)


@pytest.mark.parametrize("part", ["hourglass", "conditioning"])
def test_what_adds_nothing_can_learn(part):
    x = activations(2, 9, WIDTH)
    if part == "hourglass":
        learner: nn.Module = hourglass()
        last, y = "widen.weight", learner(x, torch.tensor([9, 6]))
    else:
        learner = conditioning()
        last, (y, _) = "tell.weight", learner(x)
    y.square().sum().backward()
    gradient = learner.get_parameter(last).grad
    assert gradient is not None
    assert gradient.abs().sum() > 0


@pytest.mark.parametrize("frames", [1, 2, 5, 6])
def test_an_hourglass_hears_an_utterance_alike_alone_and_beside_others(frames):
    narrow = trained(hourglass())
    x, lengths = activations(2, 9, WIDTH), torch.tensor([9, frames])
    beside = narrow(x, lengths)[1, :frames]
    alone = narrow(x[1:, :frames], lengths[1:])[0]
    assert torch.allclose(beside, alone, atol=1e-5)


def test_an_hourglass_hears_all_of_an_utterance():
    narrow = trained(hourglass())
    x, lengths = activations(1, 60, WIDTH), torch.tensor([60])
    changed = x.clone()
    changed[0, 0, 0] += 5.0
    assert not torch.equal(narrow(x, lengths)[0, -1], narrow(changed, lengths)[0, -1])


def test_what_is_spelled_half_way_is_a_distribution_for_every_output():
    told, log_probs = trained(conditioning())(activations(2, 9, WIDTH))
    assert told.shape == (2, 9, WIDTH)
    assert log_probs.shape == (2, 18, CLASSES)
    assert torch.allclose(log_probs.exp().sum(-1), torch.ones(2, 18), atol=1e-5)
