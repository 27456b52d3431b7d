import pytest
import torch
from torch import Tensor

from training.networks.keyword_gru import KeywordGRU

LABELS = [f"word {index}" for index in range(30)]

CONV2D = {"conv2d_stem": {"channels": 4, "blocks": [1, 1]}}


@pytest.fixture(
    scope="module",
    params=[{"frame_stack": 1}, {"frame_stack": 3}, CONV2D],
    ids=["1", "3", "conv2d"],
)
def network(request) -> KeywordGRU:
    torch.manual_seed(0)
    return KeywordGRU(6, LABELS[:5], layers=2, hidden=8, **request.param).eval()


def features(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def test_the_published_size_is_two_layers_of_256():
    shapes = [tuple(p.shape) for p in KeywordGRU(12, LABELS).gru.parameters() if p.ndim == 2]
    assert shapes == [(3 * 256, 12), (3 * 256, 256), (3 * 256, 256), (3 * 256, 256)]


def test_a_clip_gives_one_frame_of_log_probabilities(network):
    log_probs, frames = network(features(3, 20, 6), torch.tensor([20, 1, 7]))
    assert (log_probs.shape, log_probs.dtype) == ((3, 1, 5), torch.float32)
    assert frames.tolist() == [1, 1, 1]
    assert torch.allclose(log_probs.exp().sum(-1), torch.ones(3, 1), atol=1e-5)


def test_padding_does_not_change_a_clip(network):
    x = features(2, 20, 6)
    x[0, 11:] = 100.0
    together, _ = network(x, torch.tensor([11, 20]))
    single, _ = network(x[:1, :11], torch.tensor([11]))
    assert torch.allclose(together[0], single[0], atol=1e-5)


@pytest.mark.parametrize("frame", [0, 10, 19])
def test_every_frame_of_a_clip_changes_the_result(network, frame):
    x, lengths = features(1, 20, 6), torch.tensor([20])
    changed = x.clone()
    changed[0, frame] += 3.0
    assert not torch.equal(network(changed, lengths)[0], network(x, lengths)[0])


def test_class_bias_applies_outside_training_only():
    biased = KeywordGRU(6, LABELS[:2], hidden=8, class_bias={LABELS[1]: 1.5})
    plain = KeywordGRU(6, LABELS[:2], hidden=8)
    plain.load_state_dict(biased.state_dict())
    x, lengths = features(1, 20, 6), torch.tensor([20])

    def odds(network):
        log_probs = network(x, lengths)[0][0, 0]
        return (log_probs[1] - log_probs[0]).item()

    torch.manual_seed(0)
    in_training = odds(biased)
    torch.manual_seed(0)
    assert odds(plain) == pytest.approx(in_training, abs=1e-5)
    assert odds(biased.eval()) - odds(plain.eval()) == pytest.approx(1.5, abs=1e-5)


def test_a_class_bias_without_a_label_is_rejected():
    with pytest.raises(ValueError, match="'hello', which is not among the labels"):
        KeywordGRU(6, LABELS[:2], class_bias={"hello": 1.0})
