from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import tone_corpus
from training.errors import InputError
from training.export.torchscript import save_torchscript
from training.networks.registry import NETWORKS, build

FRONT_END = {"mels": 16, "hop_seconds": 0.01, "window_seconds": 0.025}


SIZES: dict[str, dict[str, Any]] = {
    "conformer": {"width": 8, "layers": 2, "heads": 2, "kernel": 5, "channels": 4},
    "residual_bigru": tone_corpus.SMALL,
    "keyword_gru": {"labels": tone_corpus.WORDS, "hidden": 8},
    "speech_gru": {"hidden": 8},
    "convolutional": {"width": 8, "kernels": [3, 5], "dilations": [1, 2]},
}


@pytest.fixture(scope="module", params=NETWORKS)
def recogniser(request):
    torch.manual_seed(0)
    return build(request.param, FRONT_END, SIZES[request.param])[0].eval()


@pytest.fixture(scope="module")
def scripted(recogniser, tmp_path_factory):
    file = tmp_path_factory.mktemp("model") / "model.pt"
    save_torchscript(recogniser, file)
    return torch.jit.load(file)


@settings(max_examples=15)
@given(st.lists(st.integers(1, 9000), min_size=1, max_size=4))
def test_a_batch_gives_what_its_members_give_alone(recogniser, scripted, lengths):
    generator = torch.Generator().manual_seed(0)
    waveforms = [torch.randn(length, generator=generator) * 0.1 for length in lengths]
    batch = torch.nn.utils.rnn.pad_sequence(waveforms, batch_first=True)
    for module in (recogniser, scripted):
        with torch.inference_mode():
            together, frames = module(batch, torch.tensor(lengths))
            for row, count, waveform in zip(together, frames, waveforms, strict=True):
                alone, alone_frames = module(waveform[None], torch.tensor([len(waveform)]))
                assert alone_frames.tolist() == [count]
                assert torch.allclose(row[:count], alone[0], atol=1e-4)


def test_the_script_computes_what_the_module_does(recogniser, scripted):
    waveforms = torch.from_numpy(tone_corpus.tones("abcdef"))[None]
    with torch.inference_mode():
        written, frames = scripted(waveforms, torch.tensor([waveforms.shape[1]]))
        expected, expected_frames = recogniser(waveforms, torch.tensor([waveforms.shape[1]]))
    assert torch.allclose(written, expected, atol=1e-5)
    assert torch.equal(frames, expected_frames)


@pytest.mark.parametrize("network", sorted(NETWORKS.keys() - {"keyword_gru"}))
def test_a_frame_lasts_as_long_as_built_says(network):
    recogniser, frame_seconds = build(network, FRONT_END, SIZES[network])
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
def test_the_classifier_hears_through_either_front_end(front_end, tmp_path):
    torch.manual_seed(0)
    recogniser, _ = build("keyword_gru", front_end, SIZES["keyword_gru"])
    save_torchscript(recogniser, tmp_path / "model.pt")
    scripted = torch.jit.load(tmp_path / "model.pt")
    songs = [torch.from_numpy(tone_corpus.tones(word)) for word in tone_corpus.WORDS]
    batch = torch.nn.utils.rnn.pad_sequence(songs, batch_first=True)
    with torch.inference_mode():
        together, _ = scripted(batch, torch.tensor([len(song) for song in songs]))
        for row, song in zip(together, songs, strict=True):
            alone, _ = recogniser.eval()(song[None], torch.tensor([len(song)]))
            assert torch.allclose(row, alone[0], atol=1e-4)


def test_an_unknown_network_is_refused():
    with pytest.raises(InputError, match="transformer"):
        build("transformer", FRONT_END, {})
