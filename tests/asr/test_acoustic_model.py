from dataclasses import replace

import numpy as np
import pytest

from asr import bundle
from asr.acoustic_model import AcousticModel
from asr.errors import ModelUnavailableError
from asr.memory_file import MemoryFile
from tests.support import toy_model


@pytest.fixture(scope="module")
def model(toy_bundle):
    return AcousticModel(bundle.load(str(toy_bundle)))


def test_a_batch_equals_its_waveforms_one_by_one(model):
    waveforms = [toy_model.text_waveform(text) for text in ("a", "longer one", "bb")]
    batch = model.log_probs(waveforms)
    for together, waveform in zip(batch, waveforms, strict=True):
        (alone,) = model.log_probs([waveform])
        assert np.allclose(together, alone, atol=1e-4)


def test_outputs_are_log_probabilities_of_each_frame(model):
    (output,) = model.log_probs([toy_model.text_waveform("abc")])
    assert output.dtype == np.float32
    assert output.shape == (len(toy_model.text_waveform("abc")) // toy_model.FRAME, 29)
    assert np.allclose(np.exp(output).sum(axis=1), 1, atol=1e-5)


def test_a_file_that_is_not_torchscript_is_rejected(toy_bundle):
    text = MemoryFile(lambda out: out.write(b"not torchscript"))
    opened = replace(bundle.load(str(toy_bundle)), model=text)
    with pytest.raises(ModelUnavailableError, match=r"model\.pt is not a TorchScript module"):
        AcousticModel(opened)
