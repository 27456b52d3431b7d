"""CTC prefix beam search with a word n-gram model (Graves 2012; Hannun et al. 2014).

A hypothesis is a text; its probability is that of all paths that collapse to it, times that of its
words in the language, weighted. All hypotheses of a frame are extended at once, as arrays. Words
that are not in the vocabulary are spelled letter by letter, so that names survive.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr.decoding.ctc import Alphabet
from asr.decoding.ngram_model import (
    END,
    ROOT,
    UNKNOWN,
    Integers,
    NgramModel,
)
from asr.manifest import Search

Doubles = NDArray[np.float64]
Frames = NDArray[np.float32]
Hashes = NDArray[np.uint64]

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: odd, and no pattern
MARGIN = 16.0  # how far behind the best, in log-probability, a hypothesis is given up
CLASS_MARGIN = 8.0  # how far behind the best class of a frame another is not looked at
SURE_BLANK = math.log(0.999)  # from which on a frame extends nothing
KEPT = -1  # in the history: a hypothesis that was not extended


@dataclass(frozen=True, eq=False)
class _Beam:
    """Hypotheses as arrays of shape (n,); of one length all, but for `context` (n, longest - 1).

    Attributes
    ----------
    blank, other : log-probability of the paths that end in a blank, and of those that do not
    words : score of the words that are complete
    word : estimate for the word that is not, by what can become of it
    spelled : what it would cost to spell that word
    last : class of the last character; the boundary's in the empty text
    node : of that word in the lexicon
    context : of that word in the language
    text, before : hash of the text, and of the text without its last character
    """

    blank: Doubles
    other: Doubles
    words: Doubles
    word: Doubles
    spelled: Doubles
    last: Integers
    node: Integers
    context: Integers
    text: Hashes
    before: Hashes


class BeamSearch:
    """Decodes log-probabilities of a `ctc` model.

    Parameters
    ----------
    alphabet : Alphabet
        Its labels, besides blank and boundary, are letters of the lexicon, or are never written.
    model : NgramModel
    search : Search
        What weighs how much, and how many hypotheses are kept.
    """

    def __init__(self, alphabet: Alphabet, model: NgramModel, search: Search) -> None:
        lexicon = model.lexicon
        self._alphabet = alphabet
        self._model = model
        self._search = search
        self._boundary = alphabet.labels.index(alphabet.word_boundary)
        # The letter of each class; what is no letter counts as the beginning of a word.
        self._letter = np.array(
            [lexicon.letters.find(label) if label else -1 for label in alphabet.labels]
        )
        self._letters = np.flatnonzero(self._letter >= 0)
        self._letter[self._letter < 0] = len(lexicon.letters)
        self._spelling = search.language * lexicon.spelling.astype(np.float64)
        self._lookahead = search.language * lexicon.lookahead.astype(np.float64)

    def text(self, log_probs: Frames) -> str:
        """The most probable text of log-probabilities (F, C): its words, one space apart."""
        beam = self._start()
        history: list[tuple[Integers, Integers]] = []
        blank = self._alphabet.blank
        for frame in log_probs.astype(np.float64):
            if frame[blank] >= SURE_BLANK:
                beam = self._stay(beam, frame)
            else:
                beam, *step = self._step(beam, frame)
                history.append((step[0], step[1]))
        return self._trace(history, self._best(beam))

    def _start(self) -> _Beam:
        zero, one = np.zeros(1), np.ones(1, np.int64)
        return _Beam(
            blank=zero,
            other=np.full(1, -np.inf),
            words=zero,
            word=zero,
            spelled=zero,
            last=one * self._boundary,
            node=one * ROOT,
            context=self._model.start(),
            text=np.full(1, MULTIPLIER),
            before=np.zeros(1, np.uint64),
        )

    def _kept(self, beam: _Beam, frame: Doubles) -> tuple[Doubles, Doubles, Doubles]:
        """Paths of each text so far, and those of the same text that end with `frame`."""
        total = np.logaddexp(beam.blank, beam.other)
        # A boundary after a boundary, or before the first word, changes nothing.
        repeated = np.where(beam.node == ROOT, total, beam.other) + frame[beam.last]
        return total, total + frame[self._alphabet.blank], repeated

    def _stay(self, beam: _Beam, frame: Doubles) -> _Beam:
        _, blank, other = self._kept(beam, frame)
        return _Beam(**vars(beam) | {"blank": blank, "other": other})

    def _step(self, beam: _Beam, frame: Doubles) -> tuple[_Beam, Integers, Integers]:
        """Extend by one frame; gives also whom each hypothesis comes from, and by which class."""
        total, blank, other = self._kept(beam, frame)
        near = frame >= frame.max() - CLASS_MARGIN
        classes = self._letters[near[self._letters]]
        child, spelled, word = self._extend(beam, classes)
        grown = np.where(beam.last[:, None] == classes, beam.blank[:, None], total[:, None])
        grown = grown + frame[classes]
        base = np.repeat(beam.words[:, None], len(classes), axis=1)
        context = None
        if near[self._boundary]:
            ending, context = self._end_word(beam)
            ended = np.where(beam.node == ROOT, -np.inf, total + frame[self._boundary])
            classes = np.append(classes, self._boundary)
            grown = np.column_stack((grown, ended))
            base = np.column_stack((base, beam.words + ending))
            child = np.column_stack((child, np.full(len(total), ROOT)))
            spelled, word = (
                np.column_stack((values, np.zeros(len(total)))) for values in (spelled, word)
            )
        other = self._merge(beam, classes, grown, other)
        kept, extended = self._select(
            np.logaddexp(blank, other) + beam.words + beam.word, grown + base + word
        )
        rows, columns = np.divmod(extended, max(len(classes), 1))
        label = classes[columns]
        contexts = beam.context[np.concatenate((kept, rows))]
        if context is not None:
            ends = label == self._boundary
            contexts[len(kept) :][ends] = context[rows[ends]]
        text = beam.text[rows]

        def join(old: Any, new: Any) -> Any:  # noqa: ANN401 - arrays of either kind
            return np.concatenate((old[kept], new))

        following = _Beam(
            blank=join(blank, np.full(len(rows), -np.inf)),
            other=join(other, grown.ravel()[extended]),
            words=join(beam.words, base.ravel()[extended]),
            word=join(beam.word, word.ravel()[extended]),
            spelled=join(beam.spelled, spelled.ravel()[extended]),
            last=join(beam.last, label),
            node=join(beam.node, child.ravel()[extended]),
            context=contexts,
            text=join(beam.text, _hash(text, label)),
            before=join(beam.before, text),
        )
        steps = np.concatenate((np.full(len(kept), KEPT), label))
        return following, np.concatenate((kept, rows)), steps

    def _extend(self, beam: _Beam, classes: Integers) -> tuple[Integers, Doubles, Doubles]:
        """Node, spelling and estimate of each word with each letter more: shapes (n, classes)."""
        lexicon = self._model.lexicon
        letter = self._letter[classes]
        child = lexicon.child(beam.node[:, None], letter)
        spelled = beam.spelled[:, None] + self._spelling[self._letter[beam.last][:, None], letter]
        estimate = self._lookahead[child] + np.where(
            child == lexicon.lost, spelled + self._search.unknown, 0.0
        )
        return child, spelled, estimate

    def _end_word(self, beam: _Beam) -> tuple[Doubles, Integers]:
        """Score of each word that ends here, and the context after it."""
        word = self._model.lexicon.word[beam.node]
        log_prob, context = self._model.score(beam.context, word)
        spelled = beam.spelled + self._spelling[self._letter[beam.last], -1]
        score = self._search.language * log_prob.astype(np.float64) + self._search.word
        return score + np.where(word == UNKNOWN, spelled + self._search.unknown, 0.0), context

    def _merge(self, beam: _Beam, classes: Integers, grown: Doubles, other: Doubles) -> Doubles:
        """Add what has grown to another's text to that one, and take it away from `grown`."""
        column = np.full(len(self._letter), KEPT)
        column[classes] = np.arange(len(classes))
        order = np.argsort(beam.text)
        place = np.minimum(np.searchsorted(beam.text, beam.before, sorter=order), len(order) - 1)
        parent = order[place]
        child = np.flatnonzero((beam.text[parent] == beam.before) & (column[beam.last] != KEPT))
        merged = other.copy()
        pairs = parent[child], column[beam.last[child]]
        merged[child] = np.logaddexp(other[child], grown[pairs])
        grown[pairs] = -np.inf
        return merged

    def _select(self, kept: Doubles, extended: Doubles) -> tuple[Integers, Integers]:
        """Indices of the best, of those kept and of those extended (flat)."""
        scores = np.concatenate((kept, extended.ravel()))
        best = np.flatnonzero(scores > scores.max() - MARGIN)
        if len(best) > self._search.hypotheses:
            lowest = len(best) - self._search.hypotheses
            best = best[np.argpartition(scores[best], lowest)[lowest:]]
            best.sort()
        parted = int(np.searchsorted(best, len(kept)))
        return best[:parted], best[parted:] - len(kept)

    def _best(self, beam: _Beam) -> int:
        """The hypothesis whose text is most probable as a whole, with or without a boundary."""
        ending, context = self._end_word(beam)
        whole = beam.node == ROOT
        context = np.where(whole[:, None], beam.context, context)
        end, _ = self._model.score(context, np.full(len(whole), END))
        score = beam.words + np.where(whole, 0.0, ending) + self._search.language * end
        score += np.logaddexp(beam.blank, beam.other)
        text = np.where(whole & (beam.before != 0), beam.before, beam.text)
        _, same = np.unique(text, return_inverse=True)
        sums = np.full(same.max() + 1, -np.inf)
        np.logaddexp.at(sums, same, score)
        return int(np.flatnonzero(same == sums.argmax())[0])

    def _trace(self, history: list[tuple[Integers, Integers]], index: int) -> str:
        labels: list[str] = []
        for parents, steps in reversed(history):
            if (step := int(steps[index])) != KEPT:
                labels.append(self._alphabet.labels[step])
            index = int(parents[index])
        return "".join(reversed(labels)).strip()


def _hash(text: Hashes, label: Integers) -> Hashes:
    return (text ^ (label + 1).astype(np.uint64)) * MULTIPLIER
