from typing import Any

import numpy as np
import pytest
import torch

from asr.acoustic_model import AcousticModel
from tests.support import tone_corpus
from training.export.bundle_writer import new_bundle
from training.export.manifest_fields import ctc_fields
from training.export.quantisation import PRECISIONS, to_precision
from training.export.torchscript import save_torchscript
from training.networks.registry import build

FRONT_END = {"mels": 16, "hop_seconds": 0.01, "window_seconds": 0.025}
# Most of their weights are matrices, as in networks of useful size.
NETWORKS: dict[str, dict[str, Any]] = {
    "conformer": {"width": 32, "layers": 2, "heads": 2, "kernel": 5, "channels": 4},
    "convolutional": {"width": 32, "kernels": [3, 3]},
    "residual_bigru": tone_corpus.SMALL | {"rnn_dim": 48},
}
# Maximum difference of log-probabilities; measured are 0, 0.01 and 0.05.
BOUNDS = {"float32": 1e-4, "bfloat16": 0.03, "int8-dynamic": 0.15}


@pytest.fixture(scope="module", params=NETWORKS)
def recogniser(request):
    torch.manual_seed(0)
    return build(request.param, FRONT_END, NETWORKS[request.param])[0].eval()


@pytest.fixture(scope="module", params=PRECISIONS)
def precision(request):
    return request.param


@pytest.fixture(scope="module")
def model(recogniser, precision, tmp_path_factory):
    """The network in a precision, saved and loaded as a bundle's model."""
    directory = tmp_path_factory.mktemp(precision)
    save_torchscript(recogniser, directory / "model.pt", precision)
    opened = new_bundle(
        directory,
        fields=ctc_fields(0.02),
        name="net",
        version="1",
        license="MIT",
        precision=precision,
    )
    return AcousticModel(opened)


def test_log_probabilities_stay_near_those_of_the_network(recogniser, precision, model):
    samples = tone_corpus.tones("abcdefghijklm")
    (written,) = model.log_probs([samples])
    with torch.inference_mode():
        expected, _ = recogniser(torch.from_numpy(samples)[None], torch.tensor([len(samples)]))
    difference = np.abs(written - expected[0].numpy()).max()
    assert difference < BOUNDS[precision]
    assert (difference > 1e-5) == (precision != "float32")


def test_a_batch_gives_the_same_as_its_utterances_one_by_one(model):
    waveforms = [tone_corpus.tones(text) for text in ("abc", "x", "longer one")]
    waveforms[1] = waveforms[1] * 3  # another range of values
    for batched, waveform in zip(model.log_probs(waveforms), waveforms, strict=True):
        (single,) = model.log_probs([waveform])
        assert np.allclose(batched, single, atol=1e-4)


def test_converting_does_not_change_the_network(recogniser):
    before = {name: value.clone() for name, value in recogniser.state_dict().items()}
    for precision in PRECISIONS:
        to_precision(recogniser, precision)
    assert all(torch.equal(value, before[name]) for name, value in recogniser.state_dict().items())


def test_a_lower_precision_makes_a_smaller_file(tmp_path):
    parameters = tone_corpus.SMALL | {"rnn_layers": 1, "rnn_dim": 128}
    recogniser, _ = build("residual_bigru", FRONT_END, parameters)
    sizes = []
    for precision in PRECISIONS:
        save_torchscript(recogniser, tmp_path / precision, precision)
        sizes.append((tmp_path / precision).stat().st_size)
    assert sizes[1] < 0.65 * sizes[0]
    assert sizes[2] < 0.5 * sizes[0]


def test_the_buffers_of_the_front_end_stay_in_float32(recogniser):
    converted = to_precision(recogniser, "bfloat16")
    assert {p.dtype for p in converted.parameters()} == {torch.bfloat16}
    assert {b.dtype for b in converted.buffers()} == {torch.float32}
