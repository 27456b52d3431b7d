from typing import Any

import torch

from training.networks.convolutional import Convolutional
from training.networks.keyword_on_speech import KeywordOnSpeech

SHAPE: dict[str, Any] = {"width": 8, "kernels": [3, 5], "dilations": [1, 2]}


def test_the_classifier_learns_and_what_the_recogniser_hears_stays():
    network = KeywordOnSpeech(6, ["a", "b"], **SHAPE, hidden=4)
    log_probs, _ = network(torch.randn(2, 40, 6), torch.tensor([40, 17]))
    log_probs.sum().backward()
    learning = {name for name, parameter in network.named_parameters() if parameter.requires_grad}
    assert learning == {f"keyword.{name}" for name, _ in network.keyword.named_parameters()}
    assert all(network.get_parameter(name).grad is not None for name in learning)


def test_it_shares_all_of_a_recogniser_but_the_classifier_of_characters():
    recogniser = Convolutional(6, **SHAPE, outputs_per_frame=2)
    shared = KeywordOnSpeech(6, ["a", "b"], **SHAPE).state_dict().keys() & recogniser.state_dict()
    assert recogniser.state_dict().keys() - shared == {"classifier.weight", "classifier.bias"}
