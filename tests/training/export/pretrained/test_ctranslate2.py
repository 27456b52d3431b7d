import pytest
import torch

from tests.support.whisper import encoder_weights, write_ctranslate2
from training.errors import InputError
from training.export.pretrained.ctranslate2 import read_whisper_encoder


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32])
def test_the_encoder_is_read_under_openai_names(dtype, tmp_path):
    weights = {name: value.to(dtype) for name, value in encoder_weights(layers=2).items()}
    file = write_ctranslate2(tmp_path / "model.bin", weights)
    encoder = read_whisper_encoder(file)
    assert encoder.keys() == weights.keys()
    for name, value in encoder.items():
        assert value.dtype == dtype
        assert torch.equal(value, weights[name]), name


def test_a_truncated_file_is_rejected(tmp_path):
    file = write_ctranslate2(tmp_path / "model.bin", encoder_weights())
    whole = file.read_bytes()
    for size in (0, 3, 20, 200, len(whole) // 2):
        file.write_bytes(whole[:size])
        with pytest.raises(InputError, match=r"model.bin (is not a complete|holds)"):
            read_whisper_encoder(file)


def test_a_file_without_an_encoder_parameter_is_rejected(tmp_path):
    weights = encoder_weights()
    del weights["ln_post.bias"]
    with pytest.raises(InputError, match="not a complete Whisper model"):
        read_whisper_encoder(write_ctranslate2(tmp_path / "model.bin", weights))


def test_quantised_and_other_models_are_rejected(tmp_path):
    weights = encoder_weights()
    quantised = {name: value.to(torch.int8) for name, value in weights.items()}
    with pytest.raises(InputError, match="is quantised"):
        read_whisper_encoder(write_ctranslate2(tmp_path / "model.bin", quantised))
    file = write_ctranslate2(tmp_path / "model.bin", weights, specification="TransformerSpec")
    with pytest.raises(InputError, match="'TransformerSpec'; expected WhisperSpec"):
        read_whisper_encoder(file)
