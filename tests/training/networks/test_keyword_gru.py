import pytest
import torch
from torch import Tensor

from training.networks.keyword_gru import KeywordGRU

LABELS = [f"word {index}" for index in range(30)]


SEEN = {"picture": {"channels": 4, "blocks": [1, 1]}}


@pytest.fixture(
    scope="module", params=[{"stride": 1}, {"stride": 3}, SEEN], ids=["1", "stride 3", "picture"]
)
def network(request) -> KeywordGRU:
    torch.manual_seed(0)
    return KeywordGRU(6, LABELS[:5], layers=2, hidden=8, **request.param).eval()


def features(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def test_the_published_layers_are_two_of_256():
    shapes = [tuple(p.shape) for p in KeywordGRU(12, LABELS).gru.parameters() if p.ndim == 2]
    assert shapes == [(3 * 256, 12), (3 * 256, 256), (3 * 256, 256), (3 * 256, 256)]


def test_a_clip_has_one_frame_of_log_probabilities_of_its_words(network):
    log_probs, frames = network(features(3, 20, 6), torch.tensor([20, 1, 7]))
    assert (log_probs.shape, log_probs.dtype) == ((3, 1, 5), torch.float32)
    assert frames.tolist() == [1, 1, 1]
    assert torch.allclose(log_probs.exp().sum(-1), torch.ones(3, 1), atol=1e-5)


def test_padding_is_not_heard_whatever_it_holds(network):
    x = features(2, 20, 6)
    x[0, 11:] = 100.0
    together, _ = network(x, torch.tensor([11, 20]))
    alone, _ = network(x[:1, :11], torch.tensor([11]))
    assert torch.allclose(together[0], alone[0], atol=1e-5)


@pytest.mark.parametrize("frame", [0, 10, 19])
def test_every_frame_of_a_clip_is_heard(network, frame):
    x, lengths = features(1, 20, 6), torch.tensor([20])
    changed = x.clone()
    changed[0, frame] += 3.0
    assert not torch.equal(network(changed, lengths)[0], network(x, lengths)[0])


def test_biases_are_added_to_scores_once_they_are_learned():
    biased = KeywordGRU(6, LABELS[:2], hidden=8, biases={LABELS[1]: 1.5})
    plain = KeywordGRU(6, LABELS[:2], hidden=8)
    plain.load_state_dict(biased.state_dict())
    x, lengths = features(1, 20, 6), torch.tensor([20])

    def odds(network):
        log_probs = network(x, lengths)[0][0, 0]
        return (log_probs[1] - log_probs[0]).item()

    torch.manual_seed(0)
    learning = odds(biased)
    torch.manual_seed(0)
    assert odds(plain) == pytest.approx(learning, abs=1e-5)
    assert odds(biased.eval()) - odds(plain.eval()) == pytest.approx(1.5, abs=1e-5)


def test_a_bias_for_what_is_no_label_is_refused():
    with pytest.raises(ValueError, match="'hello', which is none of the labels"):
        KeywordGRU(6, LABELS[:2], biases={"hello": 1.0})
