import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training import corpora
from training.export import script
from training.networks import NETWORKS, build

FRONT_END = {"mels": 16, "hop_seconds": 0.01, "window_seconds": 0.025}


SIZES = {
    "residual_bigru": corpora.SMALL,
    "convolutional": {"width": 8, "kernels": [3, 5], "dilations": [1, 2]},
}


@pytest.fixture(scope="module", params=NETWORKS)
def recogniser(request):
    torch.manual_seed(0)
    return build(request.param, FRONT_END, SIZES[request.param])[0].eval()


@pytest.fixture(scope="module")
def scripted(recogniser, tmp_path_factory):
    file = tmp_path_factory.mktemp("model") / "model.pt"
    script(recogniser, file)
    return torch.jit.load(file)


@settings(max_examples=15, deadline=None)
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
    waveforms = torch.from_numpy(corpora.sing("abcdef"))[None]
    with torch.inference_mode():
        written, frames = scripted(waveforms, torch.tensor([waveforms.shape[1]]))
        expected, expected_frames = recogniser(waveforms, torch.tensor([waveforms.shape[1]]))
    assert torch.allclose(written, expected, atol=1e-5)
    assert torch.equal(frames, expected_frames)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_frame_lasts_as_long_as_built_says(network):
    recogniser, frame_seconds = build(network, FRONT_END, SIZES[network])
    _, frames = recogniser.eval()(torch.zeros(1, 160_000), torch.tensor([160_000]))
    assert frames.item() == pytest.approx(10 / frame_seconds, abs=1)


def test_an_unknown_network_is_refused():
    with pytest.raises(KeyError, match="transformer"):
        build("transformer", FRONT_END, {})
