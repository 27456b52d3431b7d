import pytest
import torch
from torch import Tensor

from training.networks.convolutional import Convolutional

KERNELS, DILATIONS = [3, 5, 3], [1, 1, 2]
# Output frames on either side of one that it may hear, after the stem's own two.
REACH_OF_ONES = sum(kernel // 2 for kernel in KERNELS)
REACH = sum(kernel // 2 * dilation for kernel, dilation in zip(KERNELS, DILATIONS, strict=True))


@pytest.fixture(params=[False, True], ids=["dense", "separable"])
def network(request) -> Convolutional:
    torch.manual_seed(0)
    return Convolutional(6, 8, KERNELS, DILATIONS, separable=request.param, dropout=0.0).eval()


def features(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def test_an_output_hears_as_far_as_the_kernels_reach_and_no_farther(network):
    x = features(1, 160, 6)
    changed = x.clone()
    changed[0, 80] += 3.0  # the input frame on which output frame 20 is centred
    whole, _ = network(x, torch.tensor([160]))
    other, _ = network(changed, torch.tensor([160]))
    (heard,) = torch.where((whole[0] != other[0]).any(1))
    assert heard.min() == 20 - REACH - 1  # the stem reaches 6 input frames, 1 of output
    assert heard.max() == 20 + REACH + 1
    assert network.reach == 4 * REACH + 6


def test_an_utterance_does_not_change_what_another_gives(network):
    x, lengths = features(3, 60, 6), torch.tensor([60, 41, 60])
    changed = x.clone()
    changed[1] += 1.0
    assert torch.equal(network(x, lengths)[0][[0, 2]], network(changed, lengths)[0][[0, 2]])


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 8, 9, 31])
def test_there_is_an_output_for_every_fourth_frame_begun(network, frames):
    log_probs, lengths = network(features(1, frames, 6), torch.tensor([frames]))
    assert lengths.tolist() == [-(-frames // network.stride)]
    assert log_probs.shape == (1, lengths.item(), 29)
    assert torch.allclose(log_probs.exp().sum(-1), torch.ones(1, lengths.item()), atol=1e-5)


def test_separable_convolutions_have_fewer_weights():
    dense, separable = (
        sum(p.numel() for p in Convolutional(6, 8, KERNELS, separable=kind).blocks.parameters())
        for kind in (False, True)
    )
    assert dense - separable == sum(KERNELS) * 8 * (8 - 1)


def test_a_frame_of_the_blocks_can_give_two_of_output():
    torch.manual_seed(0)
    two = Convolutional(6, 8, KERNELS, outputs_per_frame=2).eval()
    one = Convolutional(6, 8, KERNELS).eval()
    assert (two.stride, one.stride) == (2, 4)
    assert (two.reach, one.reach) == (4 * REACH_OF_ONES + 8, 4 * REACH_OF_ONES + 6)
    x, lengths = features(2, 41, 6), torch.tensor([41, 20])
    log_probs, frames = two(x, lengths)
    assert log_probs.shape == (2, 22, 29)
    assert frames.tolist() == [22, 10]
    # Given the classifier of one output, the first of each frame is that output.
    shared = two.state_dict()
    for name in ("weight", "bias"):
        shared[f"classifier.{name}"] = shared[f"classifier.{name}"][:29]
    one.load_state_dict(shared)
    assert torch.allclose(log_probs[:, ::2], one(x, lengths)[0], atol=1e-5)


SEEN = {"channels": 4, "blocks": [1, 2]}


@pytest.fixture
def seeing() -> Convolutional:
    """A network that sees a picture, as if it had been trained with it."""
    torch.manual_seed(0)
    network = Convolutional(
        6, 8, KERNELS, DILATIONS, outputs_per_frame=2, dropout=0.0, picture=SEEN
    )
    for parameter in network.picture.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return network.eval()


def test_a_picture_says_nothing_at_first():
    torch.manual_seed(0)
    network = Convolutional(6, 8, KERNELS, picture=SEEN).eval()
    x, lengths = features(2, 41, 6), torch.tensor([41, 20])
    with_picture, _ = network(x, lengths)
    network.picture = torch.nn.ModuleList()
    assert torch.equal(network(x, lengths)[0], with_picture)


def test_a_picture_is_heard_as_far_as_it_reaches(seeing):
    x = features(1, 160, 6)
    (log_probs, frames), centre = seeing(x, torch.tensor([160])), 40
    assert frames.tolist() == [80]

    def changes(frame: int) -> bool:
        changed = x.clone()
        changed[0, frame] += 3.0
        return not torch.equal(
            seeing(changed, torch.tensor([160]))[0][0, centre], log_probs[0, centre]
        )

    middle = 2 * centre
    assert changes(middle + 4 * REACH + 13 - 1)
    assert not any(changes(middle + side * (seeing.reach + 1)) for side in (-1, 1))


def test_a_picture_is_the_same_as_torchscript_and_beside_others(seeing):
    x, lengths = features(2, 41, 6), torch.tensor([41, 20])
    x[1, 20:] = 0.0
    together, frames = seeing(x, lengths)
    alone, _ = seeing(x[1:, :20], lengths[1:])
    assert torch.allclose(together[1, : frames[1]], alone[0], atol=1e-5)
    assert torch.equal(torch.jit.script(seeing)(x, lengths)[0], together)
