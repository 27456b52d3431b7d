import pytest
import torch

from asr import bundle
from tests.support import toy_model
from training.errors import InputError
from training.export.bundle_writer import MODEL_FILE, new_bundle
from training.export.manifest_fields import ctc_fields
from training.export.torchscript import save_torchscript
from training.fit.bundle_weights import bundle_weights, network_description
from training.networks.description import NetworkDescription
from training.networks.registry import build

WHISPER = NetworkDescription(
    "whisper_ctc",
    {"mels": 16},
    {"width": 8, "heads": 2, "layers": 2, "self_conditioning_block": 0},
)


@pytest.fixture(scope="module")
def recogniser():
    torch.manual_seed(0)
    return build(WHISPER.network, WHISPER.front_end, WHISPER.parameters)[0].eval()


def saved(recogniser, folder, precision, clips=()):
    save_torchscript(recogniser, folder / MODEL_FILE, precision, clips, WHISPER)
    return new_bundle(
        folder, fields=ctc_fields(0.02), name="net", version="1", license="MIT", precision=precision
    )


@pytest.mark.parametrize(("precision", "tolerance"), [("bfloat16", 2**-8), ("int8-dynamic", 2**-6)])
def test_a_bundle_stores_all_weights_by_name(recogniser, tmp_path, precision, tolerance):
    weights = bundle_weights(saved(recogniser, tmp_path, precision))
    expected = recogniser.state_dict()
    assert expected.keys() <= weights.keys()
    for name, value in expected.items():
        found = weights[name].float()
        assert (found - value).abs().max() <= tolerance * value.abs().max(), name


def test_a_bundle_describes_its_network(recogniser, tmp_path):
    assert network_description(saved(recogniser, tmp_path, "bfloat16")) == WHISPER


def test_a_bundle_without_description_is_rejected(toy_bundle):
    with pytest.raises(InputError, match="toy 1 does not describe its network"):
        network_description(bundle.load(str(toy_bundle)))


def test_the_weights_of_a_frozen_file_have_no_names(recogniser, tmp_path):
    weights = bundle_weights(saved(recogniser, tmp_path, "float32"))
    assert "network.classifiers.plain.weight" not in weights


def test_the_description_does_not_change_what_the_model_computes(recogniser, tmp_path):
    samples = torch.from_numpy(toy_model.text_waveform("abc"))[None]
    opened = saved(recogniser, tmp_path, "float32")
    scripted = torch.jit.load(str(tmp_path / opened.manifest.model.file))
    lengths = torch.tensor([samples.shape[1]])
    assert torch.allclose(scripted(samples, lengths)[0], recogniser(samples, lengths)[0], atol=1e-4)


def test_the_weights_of_layers_with_outlier_channels_are_joined(recogniser, tmp_path, monkeypatch):
    monkeypatch.setattr("training.export.outlier_channels.OUTLIER_RATIO", 1.0)  # all layers
    clip = torch.from_numpy(toy_model.text_waveform("abc"))
    opened = saved(recogniser, tmp_path, "int8-dynamic", clips=[clip])
    weights = bundle_weights(opened)
    assert any(name.endswith(".outliers") for name in weights)
    for name, value in recogniser.state_dict().items():
        found = weights[name].float()
        assert (found - value).abs().max() <= 2**-6 * value.abs().max(), name
