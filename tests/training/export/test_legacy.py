"""The published recogniser against a reference implementation, written from its description.

The reference has no modules: convolutions, norms, and GRU cells step by step, from a state dict.
"""

import math
import warnings

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchaudio.transforms import MelSpectrogram

from asr import bundle
from asr.acoustic_model import AcousticModel
from asr.transcriber import Transcriber, check_golden
from training.errors import InputError
from training.export import legacy
from training.networks.residual_bigru import LegacyResidualBiGRU

CHANNELS, HIDDEN, RESIDUAL, RECURRENT, CLASSES = 2, 6, 2, 3, 29
MELS = 128
GATES = 3 * HIDDEN
State = dict[str, Tensor]


@pytest.fixture(scope="module")
def state() -> State:
    """Random weights under the published names, in few channels."""
    generator = torch.Generator().manual_seed(0)
    state: State = {}

    def tensor(name: str, *shape: int, around: float = 0.0) -> None:
        scale = 1 / math.sqrt(math.prod(shape[1:]))
        state[name] = around + scale * torch.randn(*shape, generator=generator)

    def layer(name: str, *shape: int, around: float = 0.0) -> None:
        tensor(f"{name}.weight", *shape, around=around)
        tensor(f"{name}.bias", shape[0])

    layer("cnn", CHANNELS, 1, 3, 3)
    for n in range(RESIDUAL):
        for k in (1, 2):
            layer(f"rescnn_layers.{n}.cnn{k}", CHANNELS, CHANNELS, 3, 3)
            layer(f"rescnn_layers.{n}.layer_norm{k}.layer_norm", MELS // 2, around=1.0)
    layer("fully_connected", HIDDEN, CHANNELS * MELS // 2)
    for n in range(RECURRENT):
        width = HIDDEN if n == 0 else 2 * HIDDEN
        layer(f"birnn_layers.{n}.layer_norm", width, around=1.0)
        for direction in ("", "_reverse"):
            tensor(f"birnn_layers.{n}.BiGRU.weight_ih_l0{direction}", GATES, width)
            tensor(f"birnn_layers.{n}.BiGRU.weight_hh_l0{direction}", GATES, HIDDEN)
            tensor(f"birnn_layers.{n}.BiGRU.bias_ih_l0{direction}", GATES)
            tensor(f"birnn_layers.{n}.BiGRU.bias_hh_l0{direction}", GATES)
    layer("classifier.0", HIDDEN, 2 * HIDDEN)
    layer("classifier.3", CLASSES, HIDDEN)
    return state


def reference(features: Tensor, state: State) -> Tensor:
    """Features (B, F, mels) to log-probabilities (B, F', classes), as published."""
    x = features.transpose(1, 2)[:, None]
    x = F.conv2d(x, state["cnn.weight"], state["cnn.bias"], stride=2, padding=1)
    for n in range(RESIDUAL):
        y = x
        for k in (1, 2):
            y = F.gelu(norm(y.mT, state, f"rescnn_layers.{n}.layer_norm{k}.layer_norm").mT)
            name = f"rescnn_layers.{n}.cnn{k}"
            y = F.conv2d(y, state[f"{name}.weight"], state[f"{name}.bias"], padding=1)
        x = x + y
    x = x.reshape(len(x), -1, x.shape[3]).mT
    x = x @ state["fully_connected.weight"].T + state["fully_connected.bias"]
    for n in range(RECURRENT):
        name = f"birnn_layers.{n}"
        x = F.gelu(norm(x, state, f"{name}.layer_norm"))
        # Steps come first: time in the first layer, in all others the utterances of the batch.
        x = x.transpose(0, 1) if n == 0 else x
        ahead = recur(x, state, f"{name}.BiGRU", "")
        back = recur(x.flip(0), state, f"{name}.BiGRU", "_reverse").flip(0)
        x = torch.cat([ahead, back], dim=2)
        x = x.transpose(0, 1) if n == 0 else x
    x = F.gelu(x @ state["classifier.0.weight"].T + state["classifier.0.bias"])
    return (x @ state["classifier.3.weight"].T + state["classifier.3.bias"]).log_softmax(-1)


def norm(x: Tensor, state: State, name: str) -> Tensor:
    centred = x - x.mean(-1, keepdim=True)
    scaled = centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()
    return scaled * state[f"{name}.weight"] + state[f"{name}.bias"]


def recur(x: Tensor, state: State, name: str, direction: str) -> Tensor:
    """A GRU (Cho et al. 2014) over the first axis of x (steps, rows, inputs)."""
    h = torch.zeros(x.shape[1], HIDDEN)
    outputs = []
    for step in x:
        a = step @ state[f"{name}.weight_ih_l0{direction}"].T
        b = h @ state[f"{name}.weight_hh_l0{direction}"].T
        a_r, a_z, a_n = (a + state[f"{name}.bias_ih_l0{direction}"]).split(HIDDEN, dim=1)
        b_r, b_z, b_n = (b + state[f"{name}.bias_hh_l0{direction}"]).split(HIDDEN, dim=1)
        update = torch.sigmoid(a_z + b_z)
        h = (1 - update) * torch.tanh(a_n + torch.sigmoid(a_r + b_r) * b_n) + update * h
        outputs.append(h)
    return torch.stack(outputs)


def reference_features(waveform: Tensor) -> Tensor:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "At least one mel filterbank has all zero", UserWarning)
        power: Tensor = MelSpectrogram(sample_rate=16_000, n_mels=128)(waveform)
    return power.mT


def noise(samples: int) -> Tensor:
    return torch.randn(samples, generator=torch.Generator().manual_seed(samples)) * 0.1


@pytest.fixture(scope="module")
def weights(state, tmp_path_factory):
    file = tmp_path_factory.mktemp("weights") / "published.pt"
    torch.save(state, file)
    return file


@pytest.fixture(scope="module")
def exported(weights, tmp_path_factory):
    out = tmp_path_factory.mktemp("bundles") / "legacy"
    legacy.import_weights(weights, out)
    return out


def test_a_batch_gives_the_log_probabilities_of_the_reference(state):
    recogniser, _ = legacy.build_recogniser(state)
    features = torch.rand(4, 31, MELS, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        written, frames = recogniser.network(features, torch.tensor([31, 31, 20, 9]))
    assert torch.allclose(written, reference(features, state), atol=1e-4)
    assert frames.tolist() == [16, 16, 10, 5]


@pytest.mark.parametrize("samples", [1600, 16_000, 23_456])
def test_the_bundle_gives_the_log_probabilities_of_the_reference(exported, state, samples):
    (written,) = AcousticModel(bundle.load(str(exported))).log_probs([noise(samples).numpy()])
    expected = reference(reference_features(noise(samples))[None], state)[0]
    # Without the reference's last frame where that begins after the audio.
    assert len(expected) - len(written) in (0, 1)
    assert torch.allclose(torch.from_numpy(written), expected[: len(written)], atol=1e-4)


def test_a_batch_gives_the_same_as_its_utterances_one_by_one(exported):
    model = AcousticModel(bundle.load(str(exported)))
    waveforms = [noise(samples).numpy() for samples in (16_000, 1, 9000)]
    for batched, waveform in zip(model.log_probs(waveforms), waveforms, strict=True):
        (single,) = model.log_probs([waveform])
        assert batched.shape == single.shape
        assert torch.allclose(torch.from_numpy(batched), torch.from_numpy(single), atol=1e-4)


@pytest.mark.parametrize(("layer", "width", "recurs"), [(0, 6, True), (1, 12, False)])
def test_only_the_first_layer_recurs_over_time(layer, width, recurs):
    sizes = {"cnn_layers": 1, "cnn_channels": 2, "rnn_layers": 2, "rnn_dim": 6, "dropout": 0.0}
    gru = LegacyResidualBiGRU(mels=8, **sizes).birnn_layers[layer]  # type: ignore[arg-type]
    x, length = torch.randn(1, 9, width), torch.tensor([9])
    late = x.clone()
    late[0, -1, 0] += 1.0  # of one channel: a change of all would be normalised away
    assert bool((gru(late, length) - gru(x, length))[0, 0].any()) == recurs


def test_a_scripted_file_gives_the_same_weights(state, tmp_path):
    recogniser, _ = legacy.build_recogniser(state)
    torch.jit.script(recogniser.network).save(str(tmp_path / "scripted.pt"))
    read = legacy.load_weights(tmp_path / "scripted.pt")
    assert {name: value.tolist() for name, value in read.items()} == {
        name: value.tolist() for name, value in state.items()
    }


def test_the_bundle_reproduces_its_golden_transcript(exported, state):
    transcriber = Transcriber(bundle.load(str(exported)))
    check_golden(transcriber)
    assert transcriber.manifest.name == "residual-bigru-legacy"
    assert transcriber.manifest.frame_seconds == 0.025
    card = (exported / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"{sum(value.numel() for value in state.values()):,} parameters" in card


def test_the_published_names_and_sizes_are_those_of_the_recipe():
    with torch.device("meta"):
        published = LegacyResidualBiGRU().state_dict()
    assert sum(value.numel() for value in published.values()) == 23_705_373
    assert legacy.infer_parameters(published) == {
        "classes": 29,
        "cnn_layers": 3,
        "cnn_channels": 32,
        "rnn_layers": 5,
        "rnn_dim": 512,
        "stride": 2,
    }
    assert published["birnn_layers.4.BiGRU.weight_hh_l0_reverse"].shape == (1536, 512)


def test_weights_of_another_network_are_rejected(state, tmp_path):
    torch.save(nn.Linear(2, 2).state_dict(), tmp_path / "other.pt")
    with pytest.raises(InputError, match="rescnn_layers"):
        legacy.import_weights(tmp_path / "other.pt", tmp_path / "out")
    torch.save(state | {"surplus": torch.zeros(1)}, tmp_path / "more.pt")
    with pytest.raises(InputError, match="surplus"):
        legacy.import_weights(tmp_path / "more.pt", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_line_exports(weights, tmp_path):
    legacy.main([str(weights), "--out", str(tmp_path / "out"), "--precision", "bfloat16"])
    assert bundle.load(str(tmp_path / "out")).manifest.precision == "bfloat16"
