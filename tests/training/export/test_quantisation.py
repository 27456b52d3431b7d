from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from asr import bundle
from asr.acoustic_model import AcousticModel
from asr.transcriber import Transcriber, check_golden
from tests.support import tone_corpus
from training.data.manifest import read_manifest
from training.evaluation.fidelity import measure_fidelity
from training.export import export
from training.export.bundle_writer import ctc_contract, script, seal
from training.export.quantisation import PRECISIONS, lower
from training.fit import checkpoint
from training.networks.registry import build

FRONT_END = {"mels": 16, "hop_seconds": 0.01, "window_seconds": 0.025}
# Of networks whose matrices are most of their weights, as in those that are served.
NETWORKS: dict[str, dict[str, Any]] = {
    "conformer": {"width": 32, "layers": 2, "heads": 2, "kernel": 5, "channels": 4},
    "convolutional": {"width": 32, "kernels": [3, 3]},
    "residual_bigru": tone_corpus.SMALL | {"rnn_dim": 48},
}
# Of log-probabilities: measured are 0, 0.01 and 0.05.
BOUNDS = {"float32": 1e-4, "bfloat16": 0.03, "int8-dynamic": 0.15}


@pytest.fixture(scope="module", params=NETWORKS)
def recogniser(request):
    torch.manual_seed(0)
    return build(request.param, FRONT_END, NETWORKS[request.param])[0].eval()


@pytest.fixture(scope="module", params=PRECISIONS)
def opened(recogniser, request, tmp_path_factory):
    directory = tmp_path_factory.mktemp(request.param)
    script(recogniser, directory / "model.pt", request.param)
    seal(
        directory,
        contract=ctc_contract(0.02),
        name="net",
        version="1",
        license="MIT",
        precision=request.param,
    )
    return bundle.load(str(directory))


def test_each_precision_stays_near_the_network(recogniser, opened):
    samples = tone_corpus.tones("abcdefghijklm")
    (written,) = AcousticModel(opened).log_probs([samples])
    with torch.inference_mode():
        expected, _ = recogniser(torch.from_numpy(samples)[None], torch.tensor([len(samples)]))
    difference = np.abs(written - expected[0].numpy()).max()
    assert difference < BOUNDS[opened.manifest.precision]
    assert (difference > 1e-5) == (opened.manifest.precision != "float32")


def test_a_batch_gives_what_its_members_give_alone(opened):
    model = AcousticModel(opened)
    waveforms = [tone_corpus.tones(text) for text in ("abc", "x", "longer one")]
    waveforms[1] = waveforms[1] * 3  # another range of values
    for together, waveform in zip(model.log_probs(waveforms), waveforms, strict=True):
        (alone,) = model.log_probs([waveform])
        assert np.allclose(together, alone, atol=1e-4)


def test_each_precision_serves_and_is_named_in_its_manifest(opened):
    check_golden(Transcriber(opened))
    suffix = {"float32": "", "bfloat16": "-bfloat16", "int8-dynamic": "-int8-dynamic"}
    assert opened.manifest.version == "1" + suffix[opened.manifest.precision]


def test_lowering_leaves_the_network_as_it_was(recogniser):
    before = {name: value.clone() for name, value in recogniser.state_dict().items()}
    for precision in PRECISIONS:
        lower(recogniser, precision)
    assert all(torch.equal(value, before[name]) for name, value in recogniser.state_dict().items())


def test_a_lower_precision_makes_a_smaller_file(tmp_path):
    recogniser, _ = build("residual_bigru", FRONT_END, tone_corpus.SMALL | {"rnn_dim": 128})
    sizes = []
    for precision in PRECISIONS:
        script(recogniser, tmp_path / precision, precision)
        sizes.append((tmp_path / precision).stat().st_size)
    assert sizes[1] < 0.65 * sizes[0]
    assert sizes[2] < 0.5 * sizes[0]


def test_the_front_end_keeps_its_precision(recogniser):
    lowered = lower(recogniser, "bfloat16")
    assert {p.dtype for p in lowered.parameters()} == {torch.bfloat16}
    assert {b.dtype for b in lowered.buffers()} == {torch.float32}


class Wrong(nn.Module):
    """A network whose export is another network."""

    def __init__(self, recogniser: nn.Module) -> None:
        super().__init__()
        self.recogniser = recogniser
        self.alone = False

    def forward(self, waveforms, lengths):
        log_probs, frames = self.recogniser(waveforms, lengths)
        return log_probs.flip(2) - 1.0, frames


def test_a_comparison_tells_how_far_a_bundle_is_from_its_network(learned, tmp_path):
    recogniser, _, frame_seconds = checkpoint.trained(learned.run / "best.ckpt")
    script(recogniser, tmp_path / "model.pt")
    seal(tmp_path, contract=ctc_contract(frame_seconds), name="net", version="1", license="MIT")
    utterances = read_manifest(learned.data / "dev" / "manifest.tsv")
    opened = Transcriber(bundle.load(str(tmp_path)))
    same = measure_fidelity(recogniser, opened, utterances)
    assert (same.wer, same.network_wer, same.clips) == (0.0, 0.0, 3)
    assert same.max_difference < 1e-4
    assert same.real_time_factor > 0
    other = measure_fidelity(Wrong(recogniser), opened, utterances)
    assert other.network_wer > 0.5
    assert other.max_difference > other.mean_difference > 1.0


def test_the_card_tells_what_the_precision_costs(learned, tmp_path):
    export.export(
        learned.run, learned.data, tmp_path / "out", "dev", ["dev"], precision="int8-dynamic"
    )
    assert bundle.load(str(tmp_path / "out")).manifest.precision == "int8-dynamic"
    card = (tmp_path / "out" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "(int8-dynamic)" in card
    assert "on the first 3 clips of dev: log-probabilities" in card
    assert "0.000 against 0.000" in card
