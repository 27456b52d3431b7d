"""CTC decoders: greedy, and beam search with an n-gram language model."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, cast

import numpy as np

from asr.decoding import ctc
from asr.decoding.units import units_of
from asr.decoding.words import WordSpan, written_by
from asr.manifest import BeamSearchConfig, Manifest
from asr.types import LogProbs
from asr.vocabulary import Vocabulary

if TYPE_CHECKING:
    from asr.decoding.beam_decoder import BeamDecoder

# Log-probabilities in one or more pieces of shape (frames, classes) to words, in order of time.
CtcDecoder = Callable[[Iterable[LogProbs]], list[WordSpan]]


def greedy_decoder(manifest: Manifest) -> CtcDecoder:
    """Greedy decoder: the most probable class of each frame."""

    def decode(pieces: Iterable[LogProbs]) -> list[WordSpan]:
        paths = [ctc.best_path(frames) for frames in pieces]
        path = np.concatenate([labels for labels, _ in paths])
        log_prob = np.concatenate([values for _, values in paths])
        spans = ctc.greedy_decode(path, log_prob, manifest.alphabet)
        return written_by(units_of(manifest.alphabet), spans)

    return decode


def beam_decoder(
    manifest: Manifest, language_model: bytes, config: BeamSearchConfig
) -> "BeamDecoder":
    """Beam-search decoder, as `BeamDecoder`, whose modules greedy decoding does not need."""
    from asr.decoding.beam_decoder import BeamDecoder  # noqa: PLC0415

    return BeamDecoder(manifest, language_model, config)


def biased_decoder(decoder: CtcDecoder, vocabulary: Vocabulary) -> CtcDecoder:
    """The beam-search decoder with a vocabulary; raises OptionError as its `with_vocabulary`."""
    return cast("BeamDecoder", decoder).with_vocabulary(vocabulary)
