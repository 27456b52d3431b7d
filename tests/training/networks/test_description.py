import pytest

from training.errors import InputError
from training.networks.description import NetworkDescription

NETWORK = NetworkDescription("convolutional", {"mels": 16}, {"width": 8, "kernels": [3, 5]})


def test_a_description_is_parsed_as_written():
    assert NetworkDescription.parse(NETWORK.to_json(), "model 1") == NETWORK


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("", "model 1 does not describe its network.*export its run again"),
        ("{", "model 1: the description of its network is no JSON"),
        ('{"network": "x"}', "model 1, network: missing a required argument: 'front_end'"),
        ('{"network": 1, "front_end": {}, "parameters": {}}', "model 1, network: network: "),
    ],
)
def test_another_form_is_rejected(content, error):
    with pytest.raises(InputError, match=error):
        NetworkDescription.parse(content, "model 1")
