import torch

from training.networks.keyword_gru import KeywordGRU
from training.networks.speech_gru import SpeechGRU


def test_its_layers_are_those_of_the_keyword_classifier():
    speech, keyword = SpeechGRU(12, hidden=8), KeywordGRU(12, ["a", "b"], hidden=8, stride=2)
    keyword.gru.load_state_dict(speech.gru.state_dict())


def test_a_step_gives_two_frames_of_output_and_hears_nothing_later():
    torch.manual_seed(0)
    network = SpeechGRU(6, hidden=8).eval()
    x = torch.randn(2, 9, 6)
    log_probs, frames = network(x, torch.tensor([9, 4]))
    assert (log_probs.shape, frames.tolist()) == ((2, 10, 29), [10, 4])
    changed = x.clone()
    changed[0, 4] += 3.0
    heard = (network(changed, torch.tensor([9, 4]))[0] != log_probs)[0].any(1)
    assert heard.tolist() == [False] * 4 + [True] * 6
