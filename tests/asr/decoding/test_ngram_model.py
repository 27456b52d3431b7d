import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.decoding import ngram_model
from asr.decoding.ngram_model import (
    END,
    FIRST_WORD,
    NONE,
    ROOT,
    START,
    UNKNOWN,
)
from asr.errors import ModelUnavailableError
from tests.support import ngram_toy
from training.language_model import ngram_file

words = st.text("abc'", min_size=1, max_size=5)
vocabularies = st.sets(words, min_size=1, max_size=30).map(
    lambda words: sorted(words, key=lambda word: (len(word), word))
)
LETTERS = "'abcd"


def lexicon(vocabulary, unigrams=None):
    ids = FIRST_WORD + len(vocabulary)
    log_prob = np.zeros(ids, np.float32) if unigrams is None else unigrams
    nodes = ngram_file.trie(vocabulary, LETTERS)
    edges = len(LETTERS) + 1
    return ngram_model.build_lexicon(LETTERS, nodes, log_prob, np.zeros((edges, edges), np.float32))


def walk(opened, word):
    node = np.array([ROOT])
    for letter in word:
        node = opened.child(node, np.array([LETTERS.index(letter)]))
    return int(node[0])


@given(vocabularies, st.lists(words))
def test_the_trie_holds_exactly_the_vocabulary(vocabulary, others):
    opened = lexicon(vocabulary)
    ids = {word: number for number, word in enumerate(vocabulary, FIRST_WORD)}
    for word in [*vocabulary, *others]:
        assert opened.word_ids[walk(opened, word)] == ids.get(word, UNKNOWN)


@given(vocabularies)
def test_a_prefix_of_no_word_leads_to_the_out_of_vocabulary_node(vocabulary):
    opened = lexicon(vocabulary)
    assert walk(opened, vocabulary[0] + "d") == opened.out_of_vocabulary_node
    assert walk(opened, "d" + vocabulary[0]) == opened.out_of_vocabulary_node


@given(vocabularies, st.randoms())
def test_the_lookahead_is_the_best_unigram_below_a_node(vocabulary, random):
    log_prob = np.array([-random.random() for _ in range(FIRST_WORD + len(vocabulary))], np.float32)
    opened = lexicon(vocabulary, log_prob)
    for prefix in {word[:end] for word in vocabulary for end in range(len(word) + 1)}:
        best = max(
            log_prob[number]
            for number, word in enumerate(vocabulary, FIRST_WORD)
            if word.startswith(prefix)
        )
        assert opened.lookahead[walk(opened, prefix)] == best
    assert opened.lookahead[opened.out_of_vocabulary_node] == log_prob[UNKNOWN]


@given(vocabularies)
def test_the_words_are_listed_in_the_order_of_their_ids(vocabulary):
    assert lexicon(vocabulary).words() == vocabulary


def ngram_indices(model):
    """For each order, the index of each n-gram in its table, by its ids."""
    known: list[dict[tuple[int, ...], int]] = [
        {(number,): place for place, number in enumerate(model.orders[0].keys.tolist())}
    ]
    for order in model.orders[1:]:
        contexts = {place: gram for gram, place in known[-1].items()}
        known.append(
            {
                (*contexts[key // model.vocabulary_size], key % model.vocabulary_size): place
                for place, key in enumerate(order.keys.tolist())
            }
        )
    return known


def back_off(model, known, gram):
    """Katz's recursion as it is defined."""
    order = len(gram) - 1
    if gram in known[order]:
        return model.orders[order].log_prob[known[order][gram]]
    context = known[order - 1].get(gram[:-1])
    weight = 0.0 if context is None else model.orders[order - 1].backoff[context]
    return weight + back_off(model, known, gram[1:])


@given(st.lists(st.integers(END, 6), max_size=6))
def test_scores_equal_katz_back_off(sentence):
    model = ngram_toy.model()
    known = ngram_indices(model)
    context, sentence_ids = model.start(), [START]
    for number in sentence:
        word = min(number, model.vocabulary_size - 1)
        log_prob, context = model.score(context, np.array([word]))
        expected = back_off(model, known, (*sentence_ids[-2:], word))
        assert log_prob[0] == pytest.approx(expected, abs=1e-5)
        sentence_ids.append(word)


def test_a_batch_of_words_is_scored_like_each_word():
    model = ngram_toy.model()
    context = np.repeat(model.start(), model.vocabulary_size, axis=0)
    together, contexts = model.score(context, np.arange(model.vocabulary_size))
    for word in range(model.vocabulary_size):
        alone, after = model.score(model.start(), np.array([word]))
        assert (together[word], contexts[word].tolist()) == (alone[0], after[0].tolist())


def test_an_unseen_context_is_none():
    model = ngram_toy.model()
    _, context = model.score(model.start(), np.array([UNKNOWN]))
    assert context[0, 1] == NONE


@pytest.mark.parametrize("content", [b"", b"no archive", "other arrays"])
def test_an_invalid_language_model_is_rejected(content):
    if content == "other arrays":
        file = io.BytesIO()
        np.savez(file, others=np.zeros(3))
        content = file.getvalue()
    with pytest.raises(ModelUnavailableError, match="the language model cannot be read"):
        ngram_model.load(content)
