"""CTC decoders: greedy, and beam search with an n-gram language model."""

from collections.abc import Callable, Iterable
from dataclasses import replace

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
    """Beam-search decoder, one utterance at a time.

    The search finds plain text; its words get their times, case and marks from an alignment.

    Parameters
    ----------
    manifest : Manifest
    language_model : bytes
        Content of the language model's file.
    config : BeamSearchConfig

    Raises
    ------
    ModelUnavailableError
        If the language model cannot be read, or the model's labels are not characters.
    """
    # Imported here: greedy decoding does not need these.
    from asr.decoding import ngram_model  # noqa: PLC0415
    from asr.decoding.beam_search import BeamSearch  # noqa: PLC0415
    from asr.decoding.segmentation import split_at_pauses  # noqa: PLC0415
    from asr.decoding.written_alignment import written_words  # noqa: PLC0415

    search = BeamSearch(manifest.alphabet, ngram_model.load(language_model), config)
    plain = search.plain_labels

    def decode(pieces: Iterable[LogProbs]) -> list[WordSpan]:
        spans: list[WordSpan] = []
        start = 0
        for frames in split_at_pauses(pieces, plain.silence, manifest.frame_seconds):
            if text := search.best_text(frames):
                spans += [
                    replace(span, start=start + span.start, end=start + span.end)
                    for span in written_words(frames, text, plain)
                ]
            start += len(frames)
        return spans

    return decode
