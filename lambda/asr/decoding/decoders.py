"""CTC decoders: greedy, and beam search with an n-gram language model."""

from collections.abc import Callable, Iterable

import numpy as np

from asr.decoding import ctc
from asr.decoding.words import WordSpan
from asr.manifest import BeamSearchConfig, Manifest
from asr.types import LogProbs

# Log-probabilities in one or more pieces of shape (frames, classes) to words, in order of time.
CtcDecoder = Callable[[Iterable[LogProbs]], list[WordSpan]]


def greedy_decoder(manifest: Manifest) -> CtcDecoder:
    """Greedy decoder: the most probable class of each frame."""

    def decode(pieces: Iterable[LogProbs]) -> list[WordSpan]:
        paths = [ctc.best_path(frames) for frames in pieces]
        path = np.concatenate([labels for labels, _ in paths])
        log_prob = np.concatenate([values for _, values in paths])
        return ctc.greedy_decode(path, log_prob, manifest.alphabet)

    return decode


def beam_decoder(manifest: Manifest, language_model: bytes, config: BeamSearchConfig) -> CtcDecoder:
    """Beam-search decoder, one utterance at a time; word times come from forced alignment.

    Parameters
    ----------
    manifest : Manifest
    language_model : bytes
        Content of the language model's file.
    config : BeamSearchConfig

    Raises
    ------
    ModelUnavailableError
        If the language model cannot be read.
    """
    # Imported here: greedy decoding does not need these.
    from asr.decoding import ngram_model  # noqa: PLC0415
    from asr.decoding.beam_search import BeamSearch  # noqa: PLC0415
    from asr.decoding.forced_alignment import align_text  # noqa: PLC0415
    from asr.decoding.segmentation import split_at_pauses  # noqa: PLC0415

    alphabet = manifest.alphabet
    silence = [alphabet.blank, alphabet.labels.index(alphabet.word_boundary)]
    search = BeamSearch(alphabet, ngram_model.load(language_model), config)

    def decode(pieces: Iterable[LogProbs]) -> list[WordSpan]:
        spans: list[WordSpan] = []
        start = 0
        for frames in split_at_pauses(pieces, silence, manifest.frame_seconds):
            if text := search.best_text(frames):
                # The model may emit more word boundaries than the text has: count them as blank.
                merged = frames.copy()
                merged[:, alphabet.blank] = np.logaddexp.reduce(frames[:, silence], axis=1)
                spans += [
                    WordSpan(span.text, start + span.start, start + span.end, span.log_prob)
                    for span in align_text(merged, text, alphabet)
                ]
            start += len(frames)
        return spans

    return decode
