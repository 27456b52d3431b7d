import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.decoding.units import units_of
from asr.decoding.words import WordSpan, attach_marks, words_along
from asr.manifest import Alphabet
from tests.support.toy_model import WRITTEN_ALPHABET as WRITTEN

SUBWORDS = Alphabet(("\u2581a", "b", ",", "\u2581", "<unk>", ""), 5, "\u2581")
paths = st.lists(st.sampled_from(range(len(WRITTEN.labels))), max_size=60)


def spell(labels: str, alphabet: Alphabet = WRITTEN) -> np.ndarray:
    """Classes of one-character labels, with `_` for the blank."""
    return np.array([alphabet.labels.index("" if c == "_" else c) for c in labels])


def decode(path: np.ndarray, alphabet: Alphabet = WRITTEN) -> list[WordSpan]:
    return words_along(path, np.full(len(path), -0.5, np.float32), units_of(alphabet))


def test_marks_belong_to_the_word_but_not_to_its_frames():
    found = decode(spell("_HHi__,,_ Bo?_"))
    assert [(w.text, w.start, w.end) for w in found] == [("Hi,", 1, 4), ("Bo?", 10, 12)]


def test_the_log_probability_is_the_mean_of_the_letters():
    log_prob = np.array([-1.0, -3.0, -4.0, -100.0], np.float32)
    (word,) = words_along(spell("HHi!"), log_prob, units_of(WRITTEN))
    assert word.log_prob == pytest.approx(-3.0)


def test_a_word_consists_of_subwords():
    path = np.array([0, 0, 1, 5, 1, 2, 4, 3, 1, 0])
    found = decode(path, SUBWORDS)
    assert [(w.text, w.start, w.end) for w in found] == [("abb,", 0, 5), ("b", 8, 9), ("a", 9, 10)]


def test_marks_alone_end_the_word_before_them():
    assert [(w.text, w.start, w.end) for w in decode(spell(". Hi . Bo !?"))] == [
        ("Hi.", 2, 4),
        ("Bo!?", 7, 9),
    ]


def test_dashes_and_apostrophes_alone_are_dropped():
    assert [word.text for word in decode(spell("- Hi - ' Bo -.  '"))] == ["Hi", "Bo."]


def test_attached_marks_change_nothing_but_the_text():
    (word,) = attach_marks([WordSpan("Hi", 3, 5, -0.1), WordSpan("\u2026", 9, 10, -9.0)])
    assert word == WordSpan("Hi\u2026", 3, 5, -0.1)


@given(paths)
def test_words_never_overlap_and_have_no_spaces(path):
    found = decode(np.array(path, np.int64))
    edges = [edge for word in found for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert all(0 <= word.start < word.end <= len(path) for word in found)
    assert all(word.text.split() == [word.text] for word in found)


@given(paths)
def test_blanks_between_different_classes_change_no_text(path):
    spaced = np.full(2 * len(path), WRITTEN.blank)
    spaced[::2] = path
    merged = [k for k, previous in zip(path, [None, *path], strict=False) if k != previous]
    assert [w.text for w in decode(np.array(merged, np.int64))] == [
        w.text for w in decode(np.array(path, np.int64))
    ]
    assert "".join(w.text for w in decode(spaced)).count("a") == path.count(
        WRITTEN.labels.index("a")
    )
