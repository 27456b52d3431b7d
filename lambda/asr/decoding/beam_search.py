"""CTC prefix beam search with a word n-gram language model (Graves 2012; Hannun et al. 2014).

A hypothesis is a text. Its score is the log-probability of all paths that collapse to it, plus the
weighted log-probability of its words by the language model. All hypotheses are extended by a frame
at once, as arrays. Out-of-vocabulary words are scored by a character bigram model, so that names
remain possible.
"""

import copy
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from asr.decoding.hypotheses import (
    EMPTY_TEXT,
    Beam,
    Doubles,
    Extensions,
    extended_hash,
    merge,
    prune,
)
from asr.decoding.ngram_model import ROOT, Integers, NgramModel
from asr.decoding.phrase_automaton import (
    LETTER_BONUS,
    WORD_START,
    PhraseAutomaton,
    build_automaton,
)
from asr.decoding.plain_labels import BOUNDARY, plain_labels
from asr.decoding.word_scores import WordScores
from asr.manifest import Alphabet, BeamSearchConfig
from asr.types import LogProbs

TOKEN_THRESHOLD = 8.0  # classes this far below the best log-probability of a frame are skipped
BLANK_SKIP_LOG_PROB = math.log(0.999)  # frames with a blank this probable extend no hypothesis
UNCHANGED = -1  # class in the back-pointers of a hypothesis that was not extended


class BeamSearch:
    """Beam search over the log-probabilities of a `ctc` model of characters.

    The search is for plain text: classes that differ in case are one letter, and punctuation marks
    count as blanks (`plain_labels`).

    Parameters
    ----------
    alphabet : Alphabet
        Labels that are neither letters of the lexicon nor the word boundary are never emitted.
    model : NgramModel
    config : BeamSearchConfig

    Attributes
    ----------
    plain_labels : PlainLabels

    Raises
    ------
    ModelUnavailableError
        If the labels are not characters with a word boundary.
    """

    def __init__(self, alphabet: Alphabet, model: NgramModel, config: BeamSearchConfig) -> None:
        self.plain_labels = plain_labels(alphabet, model.lexicon.letters)
        self._labels = self.plain_labels.alphabet.labels
        self._blank = self.plain_labels.alphabet.blank
        self._boundary = self._labels.index(BOUNDARY)
        self._scores = WordScores(self._labels, model, config)
        self._model, self._config = model, config
        self._phrases: PhraseAutomaton | None = None

    def with_phrases(
        self, phrases: Sequence[str], letter_bonus: float = LETTER_BONUS
    ) -> "BeamSearch":
        """A copy that prefers phrases, given as for `build_automaton`."""
        lexicon, biased = self._model.lexicon, copy.copy(self)
        biased._phrases = build_automaton(phrases, lexicon, self._config, letter_bonus)
        return biased

    def best_text(self, log_probs: LogProbs) -> str:
        """The text with the highest score.

        Parameters
        ----------
        log_probs : array, shape (frames, classes)
            Of the alphabet.

        Returns
        -------
        str
            Plain words separated by single spaces.
        """
        beam = self._initial_beam()
        history: list[tuple[Integers, Integers]] = []
        for frame in self.plain_labels.log_probs(log_probs):
            if frame[self._blank] >= BLANK_SKIP_LOG_PROB:
                _, blanks, others = self._unextended(beam, frame)
                beam = replace(beam, blank=blanks, other=others)
            else:
                beam, parents, classes = self._step(beam, frame)
                history.append((parents, classes))
        return self._backtrace(history, self._best(beam))

    def _initial_beam(self) -> Beam:
        zero, one = np.zeros(1), np.ones(1, np.int64)
        return Beam(
            blank=zero,
            other=np.full(1, -np.inf),
            words=zero,
            lookahead=zero,
            spelling=zero,
            last=one * self._boundary,
            node=one * ROOT,
            context=self._scores.start(),
            text=np.full(1, EMPTY_TEXT),
            prefix=np.zeros(1, np.uint64),
            phrase=one * WORD_START,
        )

    def _unextended(self, beam: Beam, frame: Doubles) -> tuple[Doubles, Doubles, Doubles]:
        """Path log-probabilities of each text: before the frame, and after it (blank, other)."""
        total = np.logaddexp(beam.blank, beam.other)
        # A boundary after a boundary, or before the first word, changes nothing.
        repeated = np.where(beam.node == ROOT, total, beam.other) + frame[beam.last]
        return total, total + frame[self._blank], repeated

    def _step(self, beam: Beam, frame: Doubles) -> tuple[Beam, Integers, Integers]:
        """Extend the hypotheses by a frame, and prune them.

        Returns
        -------
        beam : Beam
        parents : array, shape (n,)
            The hypothesis that each one was before.
        classes : array, shape (n,)
            The class that each one was extended by, or `UNCHANGED`.
        """
        total, blank, other = self._unextended(beam, frame)
        candidate = frame >= frame.max() - TOKEN_THRESHOLD
        extensions = self._extend_by_letters(beam, frame, total, candidate)
        context = beam.context
        if candidate[self._boundary]:
            extensions, context = self._extend_by_boundary(beam, frame, total, extensions)
        if self._phrases:
            letter = self._scores.letter[extensions.classes]
            extensions.words[:] += self._phrases.bonus[beam.phrase[:, None], letter]
        other = merge(beam, extensions, other)
        unchanged, extended = prune(
            np.logaddexp(blank, other) + beam.words + beam.lookahead,
            extensions.paths + extensions.words + extensions.lookahead,
            self._config.beam_size,
        )
        rows, columns = np.divmod(extended, max(len(extensions.classes), 1))
        label = extensions.classes[columns]
        ended = (label == self._boundary)[:, None]
        text = beam.text[rows]
        new = Beam(
            blank=np.full(len(rows), -np.inf),
            other=extensions.paths.ravel()[extended],
            words=extensions.words.ravel()[extended],
            lookahead=extensions.lookahead.ravel()[extended],
            spelling=extensions.spelling.ravel()[extended],
            last=label,
            node=extensions.node.ravel()[extended],
            context=np.where(ended, context[rows], beam.context[rows]),
            text=extended_hash(text, label),
            prefix=text,
            phrase=self._next_phrases(beam, rows, label),
        )
        following = replace(beam, blank=blank, other=other).at(unchanged).joined(new)
        classes = np.concatenate((np.full(len(unchanged), UNCHANGED), label))
        return following, np.concatenate((unchanged, rows)), classes

    def _extend_by_letters(
        self, beam: Beam, frame: Doubles, total: Doubles, candidate: NDArray[np.bool_]
    ) -> Extensions:
        """Extend the incomplete words by the candidates, shape (classes,), that are letters."""
        letters = self._scores.letter_classes
        classes = letters[candidate[letters]]
        node, spelling, lookahead = self._scores.extend_word(beam, classes)
        # A repeated letter needs a blank before it.
        paths = np.where(beam.last[:, None] == classes, beam.blank[:, None], total[:, None])
        return Extensions(
            classes=classes,
            paths=paths + frame[classes],
            words=np.repeat(beam.words[:, None], len(classes), axis=1),
            lookahead=lookahead,
            spelling=spelling,
            node=node,
        )

    def _extend_by_boundary(
        self, beam: Beam, frame: Doubles, total: Doubles, letters: Extensions
    ) -> tuple[Extensions, Integers]:
        """Append the word boundary to the classes; also returns the contexts after it."""
        score, context = self._scores.end_word(beam)
        paths = np.where(beam.node == ROOT, -np.inf, total + frame[self._boundary])
        zero = np.zeros(len(total))
        extensions = Extensions(
            classes=np.append(letters.classes, self._boundary),
            paths=np.column_stack((letters.paths, paths)),
            words=np.column_stack((letters.words, beam.words + score)),
            lookahead=np.column_stack((letters.lookahead, zero)),
            spelling=np.column_stack((letters.spelling, zero)),
            node=np.column_stack((letters.node, np.full(len(total), ROOT))),
        )
        return extensions, context

    def _next_phrases(self, beam: Beam, rows: Integers, label: Integers) -> Integers:
        """State of each extended hypothesis in the phrase automaton; any without one."""
        if self._phrases is None:
            return rows
        state: Integers = self._phrases.following[beam.phrase[rows], self._scores.letter[label]]
        return state

    def _best(self, beam: Beam) -> int:
        """Index of the best complete text, with or without a final word boundary."""
        score = self._scores.end_text(beam)
        if self._phrases:
            score += self._phrases.final[beam.phrase]
        text = np.where((beam.node == ROOT) & (beam.prefix != 0), beam.prefix, beam.text)
        _, same = np.unique(text, return_inverse=True)
        sums = np.full(same.max() + 1, -np.inf)
        np.logaddexp.at(sums, same, score)
        return int(np.flatnonzero(same == sums.argmax())[0])

    def _backtrace(self, history: list[tuple[Integers, Integers]], index: int) -> str:
        labels: list[str] = []
        for parents, classes in reversed(history):
            if (label := int(classes[index])) != UNCHANGED:
                labels.append(self._labels[label])
            index = int(parents[index])
        return "".join(reversed(labels)).strip()
