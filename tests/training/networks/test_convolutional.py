import pytest
import torch
from torch import Tensor

from training.networks.convolutional import Convolutional

KERNELS, DILATIONS = [3, 5, 3], [1, 1, 2]
# Receptive field of the blocks, in block frames on either side.
REACH_OF_ONES = sum(kernel // 2 for kernel in KERNELS)
REACH = sum(kernel // 2 * dilation for kernel, dilation in zip(KERNELS, DILATIONS, strict=True))


@pytest.fixture(params=[False, True], ids=["dense", "separable"])
def network(request) -> Convolutional:
    torch.manual_seed(0)
    return Convolutional(6, 8, KERNELS, DILATIONS, separable=request.param, dropout=0.0).eval()


def features(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def test_the_receptive_field_is_that_of_the_kernels(network):
    x = features(1, 160, 6)
    changed = x.clone()
    changed[0, 80] += 3.0  # the input frame on which output frame 20 is centred
    whole, _ = network(x, torch.tensor([160]))
    other, _ = network(changed, torch.tensor([160]))
    (changed_outputs,) = torch.where((whole[0] != other[0]).any(1))
    assert changed_outputs.min() == 20 - REACH - 1  # the stem reaches 6 input frames, 1 of output
    assert changed_outputs.max() == 20 + REACH + 1
    assert network.reach == 4 * REACH + 6


def test_utterances_of_a_batch_are_independent(network):
    x, lengths = features(3, 60, 6), torch.tensor([60, 41, 60])
    changed = x.clone()
    changed[1] += 1.0
    assert torch.equal(network(x, lengths)[0][[0, 2]], network(changed, lengths)[0][[0, 2]])


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 8, 9, 31])
def test_there_is_one_output_for_each_four_frames(network, frames):
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


def test_each_frame_of_the_blocks_can_give_two_outputs():
    torch.manual_seed(0)
    two = Convolutional(6, 8, KERNELS, outputs_per_frame=2).eval()
    one = Convolutional(6, 8, KERNELS).eval()
    assert (two.stride, one.stride) == (2, 4)
    assert (two.reach, one.reach) == (4 * REACH_OF_ONES + 8, 4 * REACH_OF_ONES + 6)
    x, lengths = features(2, 41, 6), torch.tensor([41, 20])
    log_probs, frames = two(x, lengths)
    assert log_probs.shape == (2, 22, 29)
    assert frames.tolist() == [22, 10]
    # With the classifier of one output, the first of each two is that output.
    shared = two.state_dict()
    for name in ("weight", "bias"):
        shared[f"classifier.{name}"] = shared[f"classifier.{name}"][:29]
    one.load_state_dict(shared)
    assert torch.allclose(log_probs[:, ::2], one(x, lengths)[0], atol=1e-5)


CONV2D_STEM = {"channels": 4, "blocks": [1, 2]}


@pytest.fixture
def with_conv2d_stem() -> Convolutional:
    """A network whose 2-D stem has random instead of zero weights."""
    torch.manual_seed(0)
    network = Convolutional(
        6, 8, KERNELS, DILATIONS, outputs_per_frame=2, dropout=0.0, conv2d_stem=CONV2D_STEM
    )
    for parameter in network.conv2d_stem.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return network.eval()


def test_a_new_conv2d_stem_does_not_change_the_output():
    torch.manual_seed(0)
    network = Convolutional(6, 8, KERNELS, conv2d_stem=CONV2D_STEM).eval()
    x, lengths = features(2, 41, 6), torch.tensor([41, 20])
    with_stem, _ = network(x, lengths)
    network.conv2d_stem = torch.nn.ModuleList()
    assert torch.equal(network(x, lengths)[0], with_stem)


def test_the_receptive_field_includes_the_conv2d_stem(with_conv2d_stem):
    x = features(1, 160, 6)
    (log_probs, frames), centre = with_conv2d_stem(x, torch.tensor([160])), 40
    assert frames.tolist() == [80]

    def changes(frame: int) -> bool:
        changed = x.clone()
        changed[0, frame] += 3.0
        return not torch.equal(
            with_conv2d_stem(changed, torch.tensor([160]))[0][0, centre], log_probs[0, centre]
        )

    middle = 2 * centre
    assert changes(middle + 4 * REACH + 13 - 1)
    assert not any(changes(middle + side * (with_conv2d_stem.reach + 1)) for side in (-1, 1))


def test_the_conv2d_stem_is_independent_of_the_batch_and_of_torchscript(with_conv2d_stem):
    x, lengths = features(2, 41, 6), torch.tensor([41, 20])
    x[1, 20:] = 0.0
    together, frames = with_conv2d_stem(x, lengths)
    single, _ = with_conv2d_stem(x[1:, :20], lengths[1:])
    assert torch.allclose(together[1, : frames[1]], single[0], atol=1e-5)
    assert torch.equal(torch.jit.script(with_conv2d_stem)(x, lengths)[0], together)
