"""From log-probabilities to words: greedily, or by a beam search with a language model."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from asr.decoding import ctc
from asr.decoding.ctc import Span
from asr.manifest import Manifest, Search

Floats = NDArray[np.float32]
# Words of log-probabilities that come in pieces of shape (frames, classes), one at least.
Decode = Callable[[Iterable[Floats]], list[Span]]


def greedy(manifest: Manifest) -> Decode:
    """Each frame by itself."""

    def decode(pieces: Iterable[Floats]) -> list[Span]:
        paths = [ctc.best_path(frames) for frames in pieces]
        path = np.concatenate([labels for labels, _ in paths])
        log_prob = np.concatenate([values for _, values in paths])
        return ctc.greedy(path, log_prob, manifest.alphabet)

    return decode


def beam(manifest: Manifest, language_model: bytes, weights: Search) -> Decode:
    """The most probable text, with its words where the sound has them; an utterance at a time.

    `language_model` is the content of its file.

    Raises
    ------
    ModelUnavailableError
        If the file of the language model is none.
    """
    # Nobody else waits for these.
    from asr.decoding import ngram_model  # noqa: PLC0415
    from asr.decoding.beam_search import BeamSearch  # noqa: PLC0415
    from asr.decoding.forced_alignment import align  # noqa: PLC0415
    from asr.decoding.segmentation import utterances  # noqa: PLC0415

    alphabet = manifest.alphabet
    silent = [alphabet.blank, alphabet.labels.index(alphabet.word_boundary)]
    search = BeamSearch(alphabet, ngram_model.read(language_model), weights)

    def decode(pieces: Iterable[Floats]) -> list[Span]:
        spans: list[Span] = []
        start = 0
        for frames in utterances(pieces, silent, manifest.frame_seconds):
            if text := search.text(frames):
                # Between words the model may write boundaries where the search has none.
                padded = frames.copy()
                padded[:, alphabet.blank] = np.logaddexp.reduce(frames[:, silent], axis=1)
                spans += [
                    Span(span.text, start + span.start, start + span.end, span.log_prob)
                    for span in align(padded, text, alphabet)
                ]
            start += len(frames)
        return spans

    return decode
