"""Beam-search decoder: log-probabilities of any length to words with times, with a vocabulary."""

import copy
from collections.abc import Iterable
from dataclasses import replace

from asr.choices import OptionError
from asr.decoding import ngram_model
from asr.decoding.beam_search import BeamSearch
from asr.decoding.phrase_automaton import LETTER_BONUS
from asr.decoding.segmentation import split_at_pauses
from asr.decoding.words import WordSpan, written_by
from asr.decoding.written_alignment import written_words
from asr.decoding.written_phrases import WrittenForms, write_phrases, written_forms
from asr.manifest import BeamSearchConfig, Manifest
from asr.types import LogProbs
from asr.vocabulary import Phrase, Vocabulary, in_letters, variants


class BeamDecoder:
    """Decodes one utterance at a time.

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

    def __init__(self, manifest: Manifest, language_model: bytes, config: BeamSearchConfig) -> None:
        model = ngram_model.load(language_model)
        self._letters = model.lexicon.letters
        self._frame_seconds = manifest.frame_seconds
        self._search = BeamSearch(manifest.alphabet, model, config)
        self._forms: WrittenForms = {}

    def with_vocabulary(
        self, vocabulary: Vocabulary, letter_bonus: float = LETTER_BONUS
    ) -> "BeamDecoder":
        """A decoder that prefers the phrases of a vocabulary, and writes them as given.

        Raises
        ------
        OptionError
            If the model cannot write a phrase, and the vocabulary is not optional.
        """
        phrases = list(self._known(vocabulary))
        biased = copy.copy(self)
        biased._search = self._search.with_phrases([p.spoken for p in phrases], letter_bonus)
        biased._forms = written_forms(phrases)
        return biased

    def __call__(self, pieces: Iterable[LogProbs]) -> list[WordSpan]:
        """Words of log-probabilities in pieces, shape (frames, classes), in order of time."""
        plain = self._search.plain_labels
        spans: list[WordSpan] = []
        start = 0
        for frames in split_at_pauses(pieces, plain.silence, self._frame_seconds):
            if text := self._search.best_text(frames):
                spans += [
                    replace(span, start=start + span.start, end=start + span.end)
                    for span in written_words(frames, text, plain)
                ]
            start += len(frames)
        written = written_by(plain.units, spans)
        return write_phrases(written, self._forms) if self._forms else written

    def _known(self, vocabulary: Vocabulary) -> Iterable[Phrase]:
        """The phrases and their variants in the letters of the language model."""
        for given in vocabulary.phrases:
            for phrase in variants(given):
                try:
                    yield in_letters(phrase, self._letters)
                except OptionError:
                    if not vocabulary.optional and phrase is given:
                        raise
