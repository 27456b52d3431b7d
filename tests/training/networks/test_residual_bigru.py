import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from training.networks.features import frame_mask
from training.networks.residual_bigru import (
    BidirectionalGRU,
    ResidualBiGRU,
    ResidualBlock,
    reversal,
)

FRAMES = 12


def network(**changes: float) -> ResidualBiGRU:
    """A small network without dropout, with as many recurrent layers as the published one."""
    torch.manual_seed(0)
    sizes = {"mels": 10, "cnn_layers": 2, "cnn_channels": 3, "rnn_dim": 6, "dropout": 0.0}
    return ResidualBiGRU(**(sizes | changes))  # type: ignore[arg-type]


def features(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def touched(x: Tensor, row: int, frame: int) -> Tensor:
    """Copy of `x` with another value in the first channel of one frame of one utterance."""
    y = x.clone()
    y[row, frame, 0] += 3.0
    return y


@pytest.fixture(params=[False, True], ids=["inference", "training"])
def training(request):
    return request.param


def test_the_published_configuration_has_its_23_705_373_parameters():
    with torch.device("meta"):
        assert sum(p.numel() for p in ResidualBiGRU().parameters()) == 23_705_373


@pytest.mark.parametrize("layer", range(5))
def test_every_layer_recurs_over_time_in_both_directions(layer, training):
    gru = network().train(training).birnn_layers[layer]
    x, lengths = features(2, FRAMES, 6 if layer == 0 else 12), torch.tensor([FRAMES, FRAMES - 3])
    whole = gru(x, lengths)
    late = gru(touched(x, 0, FRAMES - 1), lengths)
    early = gru(touched(x, 0, 0), lengths)
    assert (late[0, 0, 6:] - whole[0, 0, 6:]).abs().max() > 1e-7  # backward
    assert torch.equal(late[0, 0, :6], whole[0, 0, :6])  # the forward direction precedes it
    assert (early[0, -1, :6] - whole[0, -1, :6]).abs().max() > 1e-7
    assert torch.equal(early[0, -1, 6:], whole[0, -1, 6:])


@pytest.mark.parametrize("layer", range(5))
def test_no_layer_recurs_over_the_batch_axis(layer, training):
    gru = network().train(training).birnn_layers[layer]
    x, lengths = features(3, FRAMES, 6 if layer == 0 else 12), torch.tensor([9, FRAMES, 5])
    whole, changed = gru(x, lengths), gru(touched(x, 1, 4), lengths)
    assert torch.equal(changed[0, :9], whole[0, :9])
    assert torch.equal(changed[2, :5], whole[2, :5])
    assert not torch.equal(changed[1], whole[1])


def test_utterances_of_a_batch_are_independent(training):
    net = network().train(training)
    x, lengths = features(3, 20, 10), torch.tensor([20, 20, 20])
    whole, _ = net(x, lengths)
    changed, _ = net(touched(x, 1, 10), lengths)
    assert torch.allclose(changed[[0, 2]], whole[[0, 2]], atol=1e-6)
    assert (changed[1] - whole[1]).abs().amax(1).min() > 0  # every output of the changed utterance


@settings(max_examples=25)
@given(st.lists(st.integers(1, FRAMES), min_size=1, max_size=4))
def test_training_and_inference_compute_the_same(lengths):
    torch.manual_seed(0)
    gru = BidirectionalGRU(5, 4, dropout=0.0)
    frames = torch.tensor(lengths)
    mask = frame_mask(frames, max(lengths))[:, :, None]
    weight = features(len(lengths), max(lengths), 8) * mask  # weighs every output in the gradient

    def outputs_and_gradients(train):
        x = features(len(lengths), max(lengths), 5).requires_grad_()
        y = gru.train(train)(x, frames)
        gradients = torch.autograd.grad((y * weight).sum(), [x, *gru.parameters()])
        return [y * mask, gradients[0] * mask, *gradients[1:]]

    for fused, packed in zip(
        outputs_and_gradients(True), outputs_and_gradients(False), strict=True
    ):
        assert torch.allclose(fused, packed, atol=1e-5)


def test_a_layer_is_layer_norm_then_gelu_then_gru():
    torch.manual_seed(0)
    layer = BidirectionalGRU(12, 6, dropout=0.1).eval()
    x = features(2, FRAMES, 12)
    expected, _ = layer.BiGRU(F.gelu(layer.layer_norm(x)))
    assert torch.allclose(layer(x, torch.tensor([FRAMES, FRAMES])), expected, atol=1e-6)


def test_dropout_is_inactive_in_evaluation():
    gru = BidirectionalGRU(6, 6, dropout=0.5)
    x, lengths = features(1, 50, 6), torch.tensor([50])
    assert (gru.train()(x, lengths) == 0).float().mean() > 0.3
    assert torch.equal(gru.eval()(x, lengths), gru.eval()(x, lengths))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_reversal_reverses_each_utterance_and_keeps_its_padding(lengths):
    order = reversal(torch.tensor(lengths), 9)
    for row, length in zip(order.tolist(), lengths, strict=True):
        assert row == [*range(length - 1, -1, -1), *range(length, 9)]


def test_padding_does_not_change_a_residual_block():
    torch.manual_seed(0)
    block = ResidualBlock(3, 5, dropout=0.0)
    x = features(1, 3, 5, 8)
    mask = frame_mask(torch.tensor([5]), 8)[:, None, None, :].float()
    single = block(x[..., :5], torch.ones(1, 1, 1, 5))
    assert torch.allclose(block(x, mask)[..., :5], single, atol=1e-6)


def test_a_residual_block_adds_to_its_input():
    block = ResidualBlock(3, 5, dropout=0.0)
    for parameter in block.cnn2.parameters():
        torch.nn.init.zeros_(parameter)
    x = features(1, 3, 5, 8)
    assert torch.equal(block(x, torch.ones(1, 1, 1, 8)), x)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("frames", [1, 2, 3, 4, 7, 20])
def test_the_stride_divides_the_number_of_frames(stride, frames):
    net = network(stride=stride).eval()
    log_probs, lengths = net(features(1, frames, 10), torch.tensor([frames]))
    assert lengths.tolist() == [-(-frames // stride)]
    assert log_probs.shape == (1, lengths.item(), 29)


def test_outputs_are_log_probabilities():
    log_probs, _ = network(classes=7).eval()(features(2, 20, 10), torch.tensor([20, 11]))
    assert log_probs.dtype == torch.float32
    assert torch.allclose(log_probs.exp().sum(-1), torch.ones(2, 10), atol=1e-5)
