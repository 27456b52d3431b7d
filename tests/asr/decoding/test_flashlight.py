"""The lexicon decoder of flashlight-text as an oracle for the beam search, without OOV words."""

import math

import numpy as np
import pytest

from asr.decoding import ctc
from asr.decoding.beam_search import BeamSearch
from asr.decoding.ngram_model import FIRST_WORD
from asr.manifest import Alphabet, BeamSearchConfig
from tests.support import ngram_toy
from training.language_model.arpa import write_arpa

# There is no wheel for Python 3.13 and later.
text_decoder = pytest.importorskip("flashlight.lib.text.decoder")
kenlm = pytest.importorskip("flashlight.lib.text.decoder.kenlm")
dictionaries = pytest.importorskip("flashlight.lib.text.dictionary")

ALPHABET = Alphabet(("a", "b", " ", "c", "d", ""), blank=5, word_boundary=" ")
LN_10 = math.log(10)  # KenLM has logarithms to base 10
BOUNDARY = ALPHABET.labels.index(" ")
CONFIG = BeamSearchConfig(lm_weight=1.2, word_score=0.5, unk_score=-math.inf, beam_size=500)


@pytest.fixture(scope="module")
def flashlight(tmp_path_factory):
    """Text of log-probabilities, shape (frames, classes), by flashlight."""
    path = tmp_path_factory.mktemp("arpa") / "toy.arpa"
    model = ngram_toy.model()
    write_arpa(model, path)
    words = model.lexicon.words()
    dictionary = dictionaries.Dictionary([*words, "<unk>"])
    trie = text_decoder.Trie(len(ALPHABET.labels), BOUNDARY)
    for index, word in enumerate(words):
        spelling = [ALPHABET.labels.index(letter) for letter in f"{word} "]
        trie.insert(spelling, index, float(model.orders[0].log_prob[FIRST_WORD + index]) / LN_10)
    trie.smear(text_decoder.SmearingMode.MAX)
    options = text_decoder.LexiconDecoderOptions(
        beam_size=CONFIG.beam_size,
        beam_size_token=len(ALPHABET.labels),
        beam_threshold=50.0,
        lm_weight=CONFIG.lm_weight * LN_10,
        word_score=CONFIG.word_score,
        unk_score=CONFIG.unk_score,
        sil_score=0.0,
        log_add=True,
        criterion_type=text_decoder.CriterionType.CTC,
    )
    decoder = text_decoder.LexiconDecoder(
        options, trie, kenlm.KenLM(str(path), dictionary), BOUNDARY, ALPHABET.blank,
        dictionary.get_index("<unk>"), [], False,
    )  # fmt: skip

    def decode(log_probs):
        emissions = np.ascontiguousarray(log_probs)
        best = decoder.decode(emissions.ctypes.data, *log_probs.shape)[0]
        return " ".join(dictionary.get_entry(index) for index in best.words if index >= 0)

    return decode


def noisy(text, seed, noise=1.5):
    """Log-probabilities of a text and a final boundary, two frames a character, with noise."""
    random = np.random.default_rng(seed)
    path = ctc.insert_blanks([ALPHABET.labels.index(c) for c in f"{text} "], ALPHABET.blank)
    scores = random.normal(0, noise, (2 * len(path), len(ALPHABET.labels)))
    scores[np.arange(len(scores)), np.repeat(path, 2)] += 3.0
    scores[-1, BOUNDARY] = 30.0  # flashlight takes a last word only with the boundary after it
    return (scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)).astype(np.float32)


def test_the_beam_search_finds_the_texts_of_flashlight(flashlight):
    search = BeamSearch(ALPHABET, ngram_toy.model(), CONFIG)
    greedy_errors = 0
    for seed in range(40):
        text = ngram_toy.SENTENCES[seed % 5]
        log_probs = noisy(text, seed)
        assert search.best_text(log_probs) == flashlight(log_probs), (text, seed)
        greedy_errors += ctc.greedy_text(log_probs, ALPHABET) != text
    assert greedy_errors > 20  # so that the language model decides
