"""wav2vec 2.0 (Baevski et al. 2020) by a pipeline of torchaudio, as a bundle.

The pipeline downloads the weights and builds the network; its labels are lower-cased.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch.nn.functional as F
import torchaudio
from torch import Tensor, nn

from asr.manifest import Alphabet
from asr.transcriber import Transcriber
from training.card import card
from training.export.bundle_writer import MODEL_FILE, new_bundle, write_bundle
from training.export.directory_swap import swap_directory
from training.export.manifest_fields import ctc_fields
from training.export.quantisation import FLOAT32
from training.export.torchscript import save_torchscript

LICENSE = "MIT"  # of the weights, by their authors and as torchaudio redistributes them
WORD_BOUNDARY = "|"  # in the labels of the pipelines
LIBRISPEECH: dict[str, Any] = {
    "name": "LibriSpeech",
    "hours": 960,
    "license": "CC BY 4.0",
    "reference": "Panayotov, Chen, Povey, Khudanpur: LibriSpeech, ICASSP 2015",
}
LIBRI_LIGHT: dict[str, Any] = {
    "name": "Libri-Light, without transcripts",
    "hours": 60_000,
    "license": "public domain",
    "reference": "Kahn et al.: Libri-Light, ICASSP 2020",
}


@dataclass(frozen=True)
class PretrainedModel:
    """A published model, with the data sources and error rates of its card.

    Attributes
    ----------
    pipeline : str
        Its name in `torchaudio.pipelines`.
    sources : tuple of dict
        Training data: name, hours, licence, reference.
    rates : str
        Sentence with its published error rates.
    """

    pipeline: str
    sources: tuple[dict[str, Any], ...]
    rates: str


_RATES = "Published word error rates on LibriSpeech, without a language model: {}."

MODELS = {
    "wav2vec2-base-960h": PretrainedModel(
        "WAV2VEC2_ASR_BASE_960H",
        (LIBRISPEECH,),
        _RATES.format("3.4 % on test-clean, 8.6 % on test-other"),
    ),
    "wav2vec2-large-960h": PretrainedModel(
        "WAV2VEC2_ASR_LARGE_960H",
        (LIBRISPEECH,),
        "Published word error rates are in appendix C of Baevski et al. 2020.",
    ),
    "wav2vec2-large-lv60k-960h": PretrainedModel(
        "WAV2VEC2_ASR_LARGE_LV60K_960H",
        (LIBRI_LIGHT, LIBRISPEECH),
        _RATES.format("2.2 % on test-clean"),
    ),
}
ABOUT = """\
wav2vec 2.0 (Baevski et al., NeurIPS 2020), as torchaudio's pipeline `{}` redistributes it: a
transformer over learned features of the waveform, pretrained on speech without transcripts."""


class Wav2Vec2(nn.Module):
    """A wav2vec 2.0 network of torchaudio with the signature of a bundle's model.

    Parameters
    ----------
    model : nn.Module
        Result of a pipeline's `get_model`; some pipelines wrap the network in a normalisation of
        the waveform.
    sample_rate : float
        Of the waveforms, in Hz.
    """

    def __init__(self, model: nn.Module, sample_rate: float) -> None:
        super().__init__()
        self.model = model
        self.batch_independent = False  # it normalises over time, padding included
        stride, receptive_field = 1, 1  # samples
        for layer in _convolutions(model):
            receptive_field += (layer.kernel_size - 1) * stride
            stride *= layer.stride
        self.min_samples = receptive_field
        self.frame_seconds = stride / sample_rate

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveform (1, T), samples (1,) to log-probabilities (1, F, C), frames (1,)."""
        missing = max(0, self.min_samples - waveforms.shape[1])
        scores, _ = self.model(F.pad(waveforms, [0, missing]))
        log_probs = scores.float().log_softmax(-1)
        return log_probs, lengths.new_full(lengths.shape, log_probs.shape[1])


def _convolutions(model: Any) -> Any:  # noqa: ANN401 - torchaudio has no types
    """Return the convolutions over the waveform, inside the normalisation of some pipelines."""
    inner = model if hasattr(model, "feature_extractor") else model.model
    return inner.feature_extractor.conv_layers


def bundle_alphabet(labels: tuple[str, ...]) -> Alphabet:
    """Convert the labels of a pipeline, whose first is the blank, to a bundle's alphabet."""
    characters = (" " if label == WORD_BOUNDARY else label.lower() for label in labels[1:])
    return Alphabet(labels=("", *characters), blank=0, word_boundary=" ")


def import_pipeline(name: str, out: Path, precision: str = FLOAT32) -> None:
    """Download a model of `MODELS` and write its bundle into `out`, replaced only at the end."""
    pretrained = MODELS[name]
    pipeline = getattr(torchaudio.pipelines, pretrained.pipeline)
    network = Wav2Vec2(pipeline.get_model(), pipeline.sample_rate)
    parameters = sum(p.numel() for p in network.parameters())
    with swap_directory(out) as draft:
        save_torchscript(network, draft / MODEL_FILE, precision)
        opened = new_bundle(
            draft,
            fields=ctc_fields(network.frame_seconds, bundle_alphabet(pipeline.get_labels())),
            name=name,
            version="1",
            license=LICENSE,
            precision=precision,
            sources=pretrained.sources,
        )
        write_bundle(draft, Transcriber(opened))
        about = ABOUT.format(pretrained.pipeline)
        card.write_imported_card(draft, parameters, about, pretrained.rates)
