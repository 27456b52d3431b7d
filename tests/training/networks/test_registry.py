import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.audio.audio import SAMPLE_RATE
from tests.support import tone_corpus
from training.errors import InputError
from training.export.torchscript import save_torchscript
from training.networks.features import MelPower
from training.networks.registry import NETWORKS, build

FRONT_END = {"mels": 16, "hop_seconds": 0.01, "window_seconds": 0.025}


# Of the networks that have another front end than `FRONT_END`.
FRONT_ENDS: dict[str, dict[str, Any]] = {
    "whisper_ctc": {"mels": 16},
    "whisper_keyword": {"mels": 16},
}
SIZES: dict[str, dict[str, Any]] = {
    "conformer": {"width": 8, "layers": 2, "heads": 2, "kernel": 5, "channels": 4},
    "residual_bigru": tone_corpus.SMALL,
    "residual_bigru_legacy": tone_corpus.SMALL,
    "keyword_gru": {"labels": tone_corpus.WORDS, "hidden": 8},
    "ctc_gru": {"hidden": 8},
    "convolutional": {"width": 8, "kernels": [3, 5], "dilations": [1, 2]},
    "whisper_ctc": {"width": 8, "heads": 2, "layers": 2, "self_conditioning_block": 0},
    "whisper_keyword": {"labels": tone_corpus.WORDS, "width": 8, "heads": 2, "layers": 2},
}


def build_small(network):
    return build(network, FRONT_ENDS.get(network, FRONT_END), SIZES[network])


@pytest.fixture(scope="module", params=NETWORKS)
def recogniser(request):
    torch.manual_seed(0)
    built, _ = build_small(request.param)
    return built.eval()


@pytest.fixture(scope="module")
def scripted(recogniser, tmp_path_factory):
    file = tmp_path_factory.mktemp("model") / "model.pt"
    save_torchscript(recogniser, file)
    return torch.jit.load(file)


@settings(max_examples=15)
@given(st.lists(st.integers(1, 9000), min_size=1, max_size=4))
def test_utterances_of_a_batch_are_independent(recogniser, scripted, lengths):
    generator = torch.Generator().manual_seed(0)
    waveforms = [torch.randn(length, generator=generator) * 0.1 for length in lengths]
    batch = torch.nn.utils.rnn.pad_sequence(waveforms, batch_first=True)
    for module in (recogniser, scripted) if recogniser.batch_independent else (scripted,):
        with torch.inference_mode():
            together, frames = module(batch, torch.tensor(lengths))
            for row, count, waveform in zip(together, frames, waveforms, strict=True):
                single, single_frames = module(waveform[None], torch.tensor([len(waveform)]))
                assert single_frames.tolist() == [count]
                assert torch.allclose(row[:count], single[0], atol=1e-4)


def test_torchscript_computes_the_same_as_the_module(recogniser, scripted):
    waveforms = torch.from_numpy(tone_corpus.tones("abcdef"))[None]
    with torch.inference_mode():
        written, frames = scripted(waveforms, torch.tensor([waveforms.shape[1]]))
        expected, expected_frames = recogniser(waveforms, torch.tensor([waveforms.shape[1]]))
    assert torch.allclose(written, expected, atol=1e-5)
    assert torch.equal(frames, expected_frames)


@pytest.mark.parametrize("network", sorted(NETWORKS.keys() - {"keyword_gru", "whisper_keyword"}))
def test_the_frame_step_is_that_of_the_output(network):
    recogniser, frame_seconds = build_small(network)
    _, frames = recogniser.eval()(torch.zeros(1, 160_000), torch.tensor([160_000]))
    assert frames.item() == pytest.approx(10 / frame_seconds, abs=2)


@pytest.mark.parametrize(
    "front_end",
    [
        FRONT_END | {"type": "mfcc", "coefficients": 12},
        {"type": "waveform", "hop_seconds": 0.02},
    ],
    ids=lambda front_end: front_end["type"],
)
def test_the_classifier_takes_mfcc_and_waveform_frames(front_end, tmp_path):
    torch.manual_seed(0)
    recogniser, _ = build("keyword_gru", front_end, SIZES["keyword_gru"])
    save_torchscript(recogniser, tmp_path / "model.pt")
    scripted = torch.jit.load(tmp_path / "model.pt")
    clips = [torch.from_numpy(tone_corpus.tones(word)) for word in tone_corpus.WORDS]
    batch = torch.nn.utils.rnn.pad_sequence(clips, batch_first=True)
    with torch.inference_mode():
        together, _ = scripted(batch, torch.tensor([len(clip) for clip in clips]))
        for row, clip in zip(together, clips, strict=True):
            single, _ = recogniser.eval()(clip[None], torch.tensor([len(clip)]))
            assert torch.allclose(row, single[0], atol=1e-4)


def test_an_unknown_network_is_rejected():
    with pytest.raises(InputError, match="transformer"):
        build("transformer", FRONT_END, {})


def test_an_unknown_front_end_is_rejected():
    with pytest.raises(InputError, match="unknown front end 'plp'; use one of log_mel"):
        build("conformer", FRONT_END | {"type": "plp"}, SIZES["conformer"])


def test_a_network_has_its_default_front_end():
    recogniser, _ = build("residual_bigru_legacy", FRONT_END, tone_corpus.SMALL)
    assert isinstance(recogniser.front_end, MelPower)
    assert not recogniser.batch_independent


@pytest.mark.parametrize("normalisation", ["fixed", "utterance"])
def test_context_is_bounded_by_kernels_and_window_with_fixed_statistics(normalisation):
    front_end = FRONT_END | {"normalisation": normalisation}
    recogniser, _ = build("convolutional", front_end, SIZES["convolutional"])
    assert recogniser.network.reach is not None
    bounded = recogniser.network.reach * 0.01 + 0.0125
    expected = bounded if normalisation == "fixed" else math.inf
    assert recogniser.context_seconds == pytest.approx(expected)


@pytest.mark.parametrize("samples", [1600, 1601, 15_999, 16_160])
def test_no_output_frame_begins_after_the_end_of_the_audio(samples):
    parameters = {"width": 8, "kernels": [3], "outputs_per_frame": 2}
    recogniser, frame_seconds = build("convolutional", FRONT_END, parameters)
    with torch.inference_mode():
        _, frames = recogniser.eval()(torch.zeros(1, samples), torch.tensor([samples]))
    assert int(frames) == math.ceil(samples / SAMPLE_RATE / frame_seconds - 1e-9)
