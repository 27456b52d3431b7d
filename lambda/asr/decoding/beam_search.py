"""CTC prefix beam search with a word n-gram language model (Graves 2012; Hannun et al. 2014).

A hypothesis is a text. Its score is the log-probability of all paths that collapse to it, plus the
weighted log-probability of its words by the language model. All hypotheses are extended by a frame
at once, as arrays. Out-of-vocabulary words are scored by a character bigram model, so that names
remain possible.
"""

import math
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
from asr.decoding.ngram_model import END, ROOT, UNKNOWN, Integers, NgramModel
from asr.manifest import Alphabet, BeamSearchConfig
from asr.types import LogProbs

TOKEN_THRESHOLD = 8.0  # classes this far below the best log-probability of a frame are skipped
BLANK_SKIP_LOG_PROB = math.log(0.999)  # frames with a blank this probable extend no hypothesis
UNCHANGED = -1  # class in the back-pointers of a hypothesis that was not extended


class BeamSearch:
    """Beam search over the log-probabilities of a `ctc` model.

    Parameters
    ----------
    alphabet : Alphabet
        Labels that are neither letters of the lexicon nor the word boundary are never emitted.
    model : NgramModel
    config : BeamSearchConfig
    """

    def __init__(self, alphabet: Alphabet, model: NgramModel, config: BeamSearchConfig) -> None:
        lexicon = model.lexicon
        self._alphabet = alphabet
        self._model = model
        self._config = config
        self._boundary = alphabet.labels.index(alphabet.word_boundary)
        # The letter of each class; a class that is no letter counts as the start of a word.
        self._letter = np.array(
            [lexicon.letters.find(label) if label else -1 for label in alphabet.labels]
        )
        self._letter_classes = np.flatnonzero(self._letter >= 0)
        self._letter[self._letter < 0] = len(lexicon.letters)
        self._letter_bigrams = config.lm_weight * lexicon.letter_bigrams.astype(np.float64)
        self._lookahead = config.lm_weight * lexicon.lookahead.astype(np.float64)

    def best_text(self, log_probs: LogProbs) -> str:
        """The text with the highest score.

        Parameters
        ----------
        log_probs : array, shape (frames, classes)

        Returns
        -------
        str
            Words separated by single spaces.
        """
        beam = self._initial_beam()
        history: list[tuple[Integers, Integers]] = []
        blank = self._alphabet.blank
        for frame in log_probs.astype(np.float64):
            if frame[blank] >= BLANK_SKIP_LOG_PROB:
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
            context=self._model.start(),
            text=np.full(1, EMPTY_TEXT),
            prefix=np.zeros(1, np.uint64),
        )

    def _unextended(self, beam: Beam, frame: Doubles) -> tuple[Doubles, Doubles, Doubles]:
        """Path log-probabilities of each text: before the frame, and after it (blank, other)."""
        total = np.logaddexp(beam.blank, beam.other)
        # A boundary after a boundary, or before the first word, changes nothing.
        repeated = np.where(beam.node == ROOT, total, beam.other) + frame[beam.last]
        return total, total + frame[self._alphabet.blank], repeated

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
        )
        following = replace(beam, blank=blank, other=other).at(unchanged).joined(new)
        classes = np.concatenate((np.full(len(unchanged), UNCHANGED), label))
        return following, np.concatenate((unchanged, rows)), classes

    def _extend_by_letters(
        self, beam: Beam, frame: Doubles, total: Doubles, candidate: NDArray[np.bool_]
    ) -> Extensions:
        """Extend the incomplete words by the candidates, shape (classes,), that are letters."""
        lexicon = self._model.lexicon
        classes = self._letter_classes[candidate[self._letter_classes]]
        letter = self._letter[classes]
        node = lexicon.child(beam.node[:, None], letter)
        bigrams = self._letter_bigrams[self._letter[beam.last][:, None], letter]
        spelling = beam.spelling[:, None] + bigrams
        unknown = node == lexicon.out_of_vocabulary_node
        # A repeated letter needs a blank before it.
        paths = np.where(beam.last[:, None] == classes, beam.blank[:, None], total[:, None])
        return Extensions(
            classes=classes,
            paths=paths + frame[classes],
            words=np.repeat(beam.words[:, None], len(classes), axis=1),
            lookahead=self._lookahead[node]
            + np.where(unknown, spelling + self._config.unk_score, 0.0),
            spelling=spelling,
            node=node,
        )

    def _extend_by_boundary(
        self, beam: Beam, frame: Doubles, total: Doubles, letters: Extensions
    ) -> tuple[Extensions, Integers]:
        """Append the word boundary to the classes; also returns the contexts after it."""
        score, context = self._end_word(beam)
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

    def _end_word(self, beam: Beam) -> tuple[Doubles, Integers]:
        """Score of each incomplete word as a complete one, shape (n,), and the context after it."""
        word = self._model.lexicon.word_ids[beam.node]
        log_prob, context = self._model.score(beam.context, word)
        spelling = beam.spelling + self._letter_bigrams[self._letter[beam.last], -1]
        score = self._config.lm_weight * log_prob.astype(np.float64) + self._config.word_score
        unknown = np.where(word == UNKNOWN, spelling + self._config.unk_score, 0.0)
        return score + unknown, context

    def _best(self, beam: Beam) -> int:
        """Index of the best complete text, with or without a final word boundary."""
        score, context = self._end_word(beam)
        complete = beam.node == ROOT
        context = np.where(complete[:, None], beam.context, context)
        end, _ = self._model.score(context, np.full(len(complete), END))
        score = beam.words + np.where(complete, 0.0, score) + self._config.lm_weight * end
        score += np.logaddexp(beam.blank, beam.other)
        text = np.where(complete & (beam.prefix != 0), beam.prefix, beam.text)
        _, same = np.unique(text, return_inverse=True)
        sums = np.full(same.max() + 1, -np.inf)
        np.logaddexp.at(sums, same, score)
        return int(np.flatnonzero(same == sums.argmax())[0])

    def _backtrace(self, history: list[tuple[Integers, Integers]], index: int) -> str:
        labels: list[str] = []
        for parents, classes in reversed(history):
            if (label := int(classes[index])) != UNCHANGED:
                labels.append(self._alphabet.labels[label])
            index = int(parents[index])
        return "".join(reversed(labels)).strip()
