import pytest
import torch

from training.networks.ctc_gru import SpeechGRU
from training.networks.keyword_gru import KeywordGRU

PICTURE = {"channels": 4, "blocks": [1, 1]}


@pytest.mark.parametrize("picture", [None, PICTURE], ids=["features", "picture"])
def test_its_layers_are_those_of_the_keyword_classifier(picture):
    speech = SpeechGRU(12, hidden=8, picture=picture)
    keyword = KeywordGRU(12, ["a", "b"], hidden=8, stride=2, picture=picture)
    own = {"attention", "classifier"}
    shared = {n: v for n, v in keyword.state_dict().items() if n.partition(".")[0] not in own}
    assert shared
    speech.load_state_dict(shared | {n: v for n, v in speech.state_dict().items() if "cl" in n})


def test_a_step_gives_two_frames_of_output_and_hears_nothing_later():
    torch.manual_seed(0)
    network = SpeechGRU(6, hidden=8).eval()
    assert network.stride == 1
    x = torch.randn(2, 9, 6)
    log_probs, frames = network(x, torch.tensor([9, 4]))
    assert (log_probs.shape, frames.tolist()) == ((2, 10, 29), [10, 4])
    changed = x.clone()
    changed[0, 4] += 3.0
    heard = (network(changed, torch.tensor([9, 4]))[0] != log_probs)[0].any(1)
    assert heard.tolist() == [False] * 4 + [True] * 6


def test_a_picture_gives_a_step_for_every_fourth_frame():
    network = SpeechGRU(6, hidden=8, at_once=1, picture=PICTURE).eval()
    assert network.stride == 2
    log_probs, frames = network(torch.randn(2, 9, 6), torch.tensor([9, 4]))
    assert (log_probs.shape, frames.tolist()) == ((2, 6, 29), [6, 2])
