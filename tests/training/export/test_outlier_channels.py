import numpy as np
import pytest
import torch
from torch import nn

from tests.support.tone_corpus import tones
from training.export.outlier_channels import OutlierLinear, split_outlier_channels
from training.export.quantisation import INT8_DYNAMIC, to_precision
from training.export.torchscript import save_torchscript


class OneLayer(nn.Module):
    """Features of one sample each, through a linear layer; channel 3 is 200 times the others."""

    batch_independent = True

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        scale = torch.ones(64)
        scale[3] = 200.0
        self.register_buffer("directions", torch.randn(64) * scale)
        self.linear = nn.Linear(64, 8)

    def forward(self, waveforms, lengths):
        return self.linear(waveforms[:, ::160, None] * self.directions), lengths // 160


@pytest.fixture
def network():
    return OneLayer().eval()


@pytest.fixture
def clip():
    return torch.from_numpy(tones("abc"))


def log_probs(module, clip):
    with torch.inference_mode():
        return module(clip[None], torch.tensor([len(clip)]))[0]


def test_a_split_layer_computes_what_the_layer_did(network, clip):
    expected = log_probs(network, clip)
    split_outlier_channels(network, [clip])
    assert isinstance(network.linear, OutlierLinear)
    assert 3 in network.linear.outliers
    assert torch.allclose(log_probs(network, clip), expected, atol=1e-4)


def test_a_layer_without_outliers_is_left_as_it_is(network, clip):
    network.directions[3] = 1.0
    split_outlier_channels(network, [clip])
    assert isinstance(network.linear, nn.Linear)


def test_int8_is_closer_to_the_network_with_calibration(network, clip):
    expected = log_probs(network, clip)
    errors = [
        float((log_probs(to_precision(network, INT8_DYNAMIC, clips), clip) - expected).abs().mean())
        for clips in ([], [clip])
    ]
    assert errors[1] < 0.2 * errors[0]


def test_a_calibrated_network_is_saved_as_torchscript(network, clip, tmp_path):
    save_torchscript(network, tmp_path / "model.pt", INT8_DYNAMIC, [clip])
    loaded = torch.jit.load(str(tmp_path / "model.pt"))
    expected = log_probs(to_precision(network, INT8_DYNAMIC, [clip]), clip)
    assert np.allclose(log_probs(loaded, clip), expected, atol=1e-5)
