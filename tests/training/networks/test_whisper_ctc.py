from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from training.errors import InputError
from training.export.quantisation import INT8_DYNAMIC
from training.export.torchscript import save_torchscript
from training.networks.registry import build
from training.networks.whisper_ctc import WhisperCtc

SMALL: dict[str, Any] = {"width": 16, "heads": 2, "layers": 3}


def small(**changes: Any):
    torch.manual_seed(0)
    recogniser, frame_seconds = build("whisper_ctc", {}, SMALL | changes)
    assert frame_seconds == 0.02
    return recogniser.eval()


@pytest.fixture(scope="module")
def conditioned():
    """Small network whose self-conditioning has an effect."""
    recogniser = small(self_conditioning_block=1)
    torch.nn.init.normal_(recogniser.network.self_conditioning[0].projection.weight)
    return recogniser


@settings(max_examples=10)
@given(st.floats(-60, 18), st.integers(1600, 8000))
def test_the_level_does_not_change_the_output(conditioned, decibels, samples):
    waveform = torch.randn(1, samples, generator=torch.Generator().manual_seed(samples)) * 0.1
    length = torch.tensor([samples])
    with torch.inference_mode():
        expected, _ = conditioned(waveform, length)
        scaled, _ = conditioned(waveform * 10 ** (decibels / 20), length)
    assert torch.allclose(scaled, expected, atol=1e-3)


def test_batches_of_thirty_seconds_and_a_tenth_are_independent(conditioned):
    long, short = torch.randn(480_000) * 0.1, torch.randn(1600) * 0.1
    batch = torch.nn.utils.rnn.pad_sequence([long, short], batch_first=True)
    with torch.inference_mode():
        together, frames = conditioned(batch, torch.tensor([480_000, 1600]))
        single, _ = conditioned(short[None], torch.tensor([1600]))
    assert frames.tolist() == [1500, 5]
    assert together.shape == (2, 1500, 29)
    assert torch.allclose(together[1, :5], single[0], atol=1e-4)


def test_int8_stays_near_float32(conditioned, tmp_path):
    save_torchscript(conditioned, tmp_path / "model.pt", INT8_DYNAMIC)
    waveform, length = torch.randn(1, 8000) * 0.1, torch.tensor([8000])
    with torch.inference_mode():
        expected, _ = conditioned(waveform, length)
        quantised, _ = torch.jit.load(tmp_path / "model.pt")(waveform, length)
    assert 1e-6 < (quantised - expected).abs().max() < 0.3


def test_self_conditioning_starts_without_effect():
    plain, conditioned = small(), small(self_conditioning_block=0)
    shared = {n: v for n, v in conditioned.state_dict().items() if n in plain.state_dict()}
    plain.load_state_dict(shared)
    waveform, length = torch.randn(1, 4000), torch.tensor([4000])
    assert torch.equal(plain(waveform, length)[0], conditioned(waveform, length)[0])


def test_training_has_the_predictions_of_the_conditioned_block(conditioned):
    features, frames = torch.randn(1, 20, 80), torch.tensor([20])
    log_probs, intermediate, counts = conditioned.network.forward_training(features, frames)
    assert torch.equal(log_probs, conditioned.network(features, frames)[0])
    assert [each.shape for each in intermediate] == [(1, 10, 29)]
    assert intermediate[0].exp().sum(-1).allclose(torch.ones(1, 10))
    assert counts.tolist() == [10]
    assert small().network.forward_training(features, frames)[1] == []


def test_labels_select_the_classifier():
    assert small(labels="written").network.classes == 60
    assert small().network.classifiers["plain"].out_features == 29
    with pytest.raises(InputError, match="labels 'spoken' are unknown; use one of plain, written"):
        small(labels="spoken")


@pytest.mark.parametrize("block", [-1, 2, 3])
def test_self_conditioning_is_between_two_blocks(block):
    with pytest.raises(InputError, match="use 0 to 1"):
        small(self_conditioning_block=block)


def test_every_encoder_parameter_has_a_depth():
    network = WhisperCtc(80, self_conditioning_block=3)
    depths = network.layer_depths()
    found = {
        name: [depth for prefix, depth in depths.items() if name.startswith(prefix)]
        for name, _ in network.named_parameters()
    }
    assert all(len(each) == name.startswith("encoder.") for name, each in found.items())
    assert found["encoder.ln_post.bias"] == found["encoder.blocks.5.mlp.0.weight"] == [0]
    assert found["encoder.blocks.0.attn.key.weight"] == [5]
    assert found["encoder.conv1.weight"] == [6]
