"""Make a bundle of a published model: torchaudio's pipelines download it, this exports it.

`python -m training import-pretrained wav2vec2-base-960h --out DIR`, or `make model`. A wav2vec 2.0 network
(Baevski et al. 2020) under the signature of the bundle contract, with its own labels in lower case.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch.nn.functional as F
import torchaudio
from torch import Tensor, nn

from asr.manifest import Alphabet
from training.card import card
from training.cli import command, command_parser
from training.export.bundle_writer import (
    MODEL_FILE,
    ctc_contract,
    replace,
    script,
    seal,
)
from training.export.quantisation import FLOAT32, PRECISIONS

LICENSE = "MIT"  # of the weights, by their authors and as torchaudio redistributes them
BOUNDARY = "|"  # of words, in the labels of the pipelines
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
class Published:
    """A model that can be had.

    Attributes
    ----------
    pipeline : str
        Its name in `torchaudio.pipelines`.
    sources : tuple of dict
        What it was trained on.
    rates : str
        Its published error rates, in words.
    """

    pipeline: str
    sources: tuple[dict[str, Any], ...]
    rates: str


_RATES = "Published word error rates on LibriSpeech, without a language model: {}."

MODELS = {
    "wav2vec2-base-960h": Published(
        "WAV2VEC2_ASR_BASE_960H",
        (LIBRISPEECH,),
        _RATES.format("3.4 % on test-clean, 8.6 % on test-other"),
    ),
    "wav2vec2-large-960h": Published(
        "WAV2VEC2_ASR_LARGE_960H",
        (LIBRISPEECH,),
        "Published word error rates are in appendix C of Baevski et al. 2020.",
    ),
    "wav2vec2-large-lv60k-960h": Published(
        "WAV2VEC2_ASR_LARGE_LV60K_960H",
        (LIBRI_LIGHT, LIBRISPEECH),
        _RATES.format("2.2 % on test-clean"),
    ),
}
ABOUT = """\
wav2vec 2.0 (Baevski et al., NeurIPS 2020), as torchaudio's pipeline `{}` redistributes it: a
transformer over learned features of the waveform, trained on speech without transcripts first."""


class Wav2Vec2(nn.Module):
    """A network of torchaudio's pipelines under the signature of the bundle contract.

    Parameters
    ----------
    model : nn.Module
        What a pipeline's `get_model` gives; where the pipeline asks for it, that normalises the
        waveform.
    sample_rate : float
        Hz, of the waveforms.
    """

    def __init__(self, model: nn.Module, sample_rate: float) -> None:
        super().__init__()
        self.model = model
        self.alone = True  # its normalisations run over the whole of a batch's time
        step, reach = 1, 1  # samples
        for layer in _convolutions(model):
            reach += (layer.kernel_size - 1) * step
            step *= layer.stride
        self.shortest = reach
        self.frame_seconds = step / sample_rate

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """One waveform (1, T), its samples (1,) to log-probabilities (1, F, C), frames (1,)."""
        missing = max(0, self.shortest - waveforms.shape[1])
        scores, _ = self.model(F.pad(waveforms, [0, missing]))
        log_probs = scores.float().log_softmax(-1)
        return log_probs, lengths.new_full(lengths.shape, log_probs.shape[1])


def _convolutions(model: Any) -> Any:  # noqa: ANN401 - torchaudio has no types
    """The layers over the waveform, under the normalisation that some pipelines put before them."""
    inner = model if hasattr(model, "feature_extractor") else model.model
    return inner.feature_extractor.conv_layers


def alphabet(labels: tuple[str, ...]) -> Alphabet:
    """The labels of a pipeline, the blank first, as a bundle writes them."""
    characters = (" " if label == BOUNDARY else label.lower() for label in labels[1:])
    return Alphabet(labels=("", *characters), blank=0, word_boundary=" ")


def export(name: str, out: Path, precision: str = FLOAT32) -> None:
    """Download a model of `MODELS` and write its bundle into `out`, replaced only at the end."""
    published = MODELS[name]
    pipeline = getattr(torchaudio.pipelines, published.pipeline)
    network = Wav2Vec2(pipeline.get_model(), pipeline.sample_rate)
    parameters = sum(p.numel() for p in network.parameters())
    with tempfile.TemporaryDirectory() as temporary:
        draft = Path(temporary)
        script(network, draft / MODEL_FILE, precision)
        seal(
            draft,
            contract=ctc_contract(network.frame_seconds, alphabet(pipeline.get_labels())),
            name=name,
            version="1",
            license=LICENSE,
            precision=precision,
            sources=published.sources,
        )
        about = ABOUT.format(published.pipeline)
        card.write_imported_card(draft, parameters, about, published.rates)
        replace(out, draft)


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and export."""
    parser = command_parser("import-pretrained", __doc__)
    parser.add_argument("name", choices=MODELS)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--precision", choices=PRECISIONS, default=FLOAT32)
    options = parser.parse_args(arguments)
    export(options.name, options.out, options.precision)
