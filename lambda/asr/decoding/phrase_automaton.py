"""Contextual biasing: bonuses for phrases in the beam search, as a finite automaton.

A trie of phrases with failure links (Aho and Corasick 1975), as in contextual biasing by shallow
fusion (Zhao et al. 2019). A hypothesis earns a bonus for each letter of a phrase that it matches
from the start of a word; where the match fails, the bonus of letters that complete no phrase is
taken back. Transitions are arrays, so that many hypotheses make a step at once.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from asr.decoding.ngram_model import ROOT, UNKNOWN, Integers, Lexicon
from asr.manifest import BeamSearchConfig

# States: within a word that no phrase begins with; and at the start of a word, nothing matched.
NO_MATCH, WORD_START = 0, 1
# Natural logarithm. With 2.0, 78 % of 171 rare names of sentences-dev are right (8 % without a
# vocabulary, 58 % among 100 names), and 100 names of other clips change the word error rate of all
# clips by -0.1 points (`benchmarks/vocabulary.py`).
LETTER_BONUS = 2.0


@dataclass(frozen=True, eq=False)
class PhraseAutomaton:
    """Transitions of all states, by the letters of a lexicon and, last, the word boundary.

    Attributes
    ----------
    following : array, shape (states, letters + 1)
        The next state.
    bonus : array, shape (states, letters + 1)
        Added to a hypothesis' score by the transition; negative where a match fails.
    final : array, shape (states,)
        Added at the end of the text, which ends a word.
    """

    following: Integers
    bonus: NDArray[np.float64]
    final: NDArray[np.float64]


@dataclass(eq=False)
class _Node:
    """Node of the trie.

    Attributes
    ----------
    gain : float
        Bonus of the path to the node.
    secured : float
        What the same text has earned if the match fails here: the longest complete phrase on the
        path, and the transitions of the rest of the path by itself.
    is_complete : bool
        Whether a phrase ends here.
    fallback : int
        The state that the rest of the path by itself leads to.
    children : dict of int to int
        Nodes by letter.
    """

    gain: float = 0.0
    secured: float = 0.0
    is_complete: bool = False
    fallback: int = NO_MATCH
    children: dict[int, int] = field(default_factory=dict)


def build_automaton(
    phrases: Sequence[str],
    lexicon: Lexicon,
    config: BeamSearchConfig,
    letter_bonus: float = LETTER_BONUS,
) -> PhraseAutomaton:
    """Build the automaton of phrases.

    The bonus of a phrase is that of its letters, minus the cost of a choice among all phrases, and
    never negative: a short word in a long list gets none.

    Parameters
    ----------
    phrases : sequence of str
        Words separated by single spaces; all other characters are letters of the lexicon.
    lexicon : Lexicon
    config : BeamSearchConfig
        Of the search, whose scores of out-of-vocabulary words are cancelled within phrases: the
        spelling is given.
    letter_bonus : float
        Of each letter, as a natural logarithm.
    """
    boundary = len(lexicon.letters)
    cost = config.lm_weight * math.log(max(len(phrases), 1))
    nodes = [_Node(), _Node()]
    for phrase in phrases:
        symbols = [boundary if c == " " else lexicon.letters.index(c) for c in f"{phrase} "]
        current = WORD_START
        gains = _gains(symbols, lexicon, config, letter_bonus)
        for symbol, gain in zip(symbols, gains, strict=True):
            if symbol not in nodes[current].children:
                nodes[current].children[symbol] = len(nodes)
                nodes.append(_Node(max(gain - cost, 0.0)))
            current = nodes[current].children[symbol]
        nodes[current].is_complete = True
    return _with_failure_links(nodes, boundary)


def _gains(
    symbols: Sequence[int], lexicon: Lexicon, config: BeamSearchConfig, letter_bonus: float
) -> Iterator[float]:
    """Bonus of each prefix of a phrase: its letters, and its words that are out of vocabulary."""
    boundary = len(lexicon.letters)
    complete = spelling = 0.0
    letters, word = 0, ROOT
    for before, symbol in pairwise([boundary, *symbols]):
        spelling += config.lm_weight * float(lexicon.letter_bigrams[before, symbol])
        unknown = -spelling - config.unk_score
        if symbol == boundary:
            complete += unknown if lexicon.word_ids[word] == UNKNOWN else 0.0
            spelling, word = 0.0, ROOT
            yield complete + letters * letter_bonus
        else:
            letters += 1
            word = int(lexicon.child(np.array(word), np.array(symbol)))
            out = word == lexicon.out_of_vocabulary_node
            yield complete + letters * letter_bonus + (unknown if out else 0.0)


def _with_failure_links(nodes: Sequence[_Node], boundary: int) -> PhraseAutomaton:
    """Complete the trie: where a letter has no child, the rest of the path by itself goes on.

    Nodes are completed by depth, so that the rest of each path, which is shorter, is complete.
    """
    following = np.zeros((len(nodes), boundary + 1), np.int64)  # NO_MATCH
    bonus = np.zeros((len(nodes), boundary + 1))
    final = np.zeros(len(nodes))
    following[NO_MATCH, boundary] = WORD_START
    queue = [WORD_START]
    for state in queue:
        node = nodes[state]
        if node.is_complete:
            node.secured, node.fallback = node.gain, WORD_START
        lost = node.secured - node.gain
        following[state] = following[node.fallback]
        bonus[state] = bonus[node.fallback] + lost
        final[state] = final[node.fallback] + lost
        for symbol, child in node.children.items():
            nodes[child].secured = node.secured + float(bonus[node.fallback, symbol])
            nodes[child].fallback = int(following[node.fallback, symbol])
            following[state, symbol] = child
            bonus[state, symbol] = nodes[child].gain - node.gain
            queue.append(child)
    # So far of a text that ends with the word boundary.
    return PhraseAutomaton(following, bonus, bonus[:, boundary] + final[following[:, boundary]])
