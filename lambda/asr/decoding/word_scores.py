"""Language-model scores of the hypotheses of the beam search, weighted by its parameters."""

from collections.abc import Sequence

import numpy as np

from asr.decoding.hypotheses import Beam, Doubles
from asr.decoding.ngram_model import END, ROOT, UNKNOWN, Integers, NgramModel
from asr.manifest import BeamSearchConfig


class WordScores:
    """Scores of letters, of complete words and of complete texts.

    Parameters
    ----------
    labels : sequence of str
        The plain label of each class.
    model : NgramModel
    config : BeamSearchConfig

    Attributes
    ----------
    letter : array, shape (classes,)
        The letter of each class; a class that is no letter counts as the start of a word.
    letter_classes : array, shape (letters,)
        The classes that are letters of the lexicon.
    """

    def __init__(self, labels: Sequence[str], model: NgramModel, config: BeamSearchConfig) -> None:
        lexicon = model.lexicon
        self._model = model
        self._config = config
        self.letter = np.array([lexicon.letters.find(label) if label else -1 for label in labels])
        self.letter_classes = np.flatnonzero(self.letter >= 0)
        self.letter[self.letter < 0] = len(lexicon.letters)
        self._letter_bigrams = config.lm_weight * lexicon.letter_bigrams.astype(np.float64)
        self._lookahead = config.lm_weight * lexicon.lookahead.astype(np.float64)

    def start(self) -> Integers:
        """The context of the first word, shape (1, orders - 1)."""
        return self._model.start()

    def extend_word(self, beam: Beam, classes: Integers) -> tuple[Integers, Doubles, Doubles]:
        """Extend the incomplete word of each hypothesis by each letter.

        Returns
        -------
        node, spelling, lookahead : arrays, shape (n, classes)
            As in `Extensions`.
        """
        lexicon = self._model.lexicon
        letter = self.letter[classes]
        node = lexicon.child(beam.node[:, None], letter)
        bigrams = self._letter_bigrams[self.letter[beam.last][:, None], letter]
        spelling = beam.spelling[:, None] + bigrams
        unknown = node == lexicon.out_of_vocabulary_node
        lookahead = self._lookahead[node] + np.where(
            unknown, spelling + self._config.unk_score, 0.0
        )
        return node, spelling, lookahead

    def end_word(self, beam: Beam) -> tuple[Doubles, Integers]:
        """Score of each incomplete word as a complete one, shape (n,), and the context after it."""
        word = self._model.lexicon.word_ids[beam.node]
        log_prob, context = self._model.score(beam.context, word)
        spelling = beam.spelling + self._letter_bigrams[self.letter[beam.last], -1]
        score = self._config.lm_weight * log_prob.astype(np.float64) + self._config.word_score
        unknown = np.where(word == UNKNOWN, spelling + self._config.unk_score, 0.0)
        return score + unknown, context

    def end_text(self, beam: Beam) -> Doubles:
        """Score of each text as a complete one, shape (n,), with its acoustic score."""
        score, context = self.end_word(beam)
        complete = beam.node == ROOT
        context = np.where(complete[:, None], beam.context, context)
        end, _ = self._model.score(context, np.full(len(complete), END))
        score = beam.words + np.where(complete, 0.0, score) + self._config.lm_weight * end
        total: Doubles = score + np.logaddexp(beam.blank, beam.other)
        return total
