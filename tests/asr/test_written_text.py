import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.written_text import is_mark, is_written, plain, split_marks


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Hello,", "hello"),
        ("O'Brien's", "o'brien's"),
        ("don\u2019t", "don't"),
        ("well-known.", "well-known"),
        ("'tis", "tis"),
        ("\u201cQuoted\u201d", "quoted"),
        ("-", ""),
        ("?!", ""),
        ("U.S.", "us"),
        ("3.5", "3.5"),
        ("1,000.", "1,000"),
        ("50%", "50%"),
        ("R&D", "r&d"),
        ("\u00bfQu\u00e9?", "qu\u00e9"),
        ("Que\u0301", "que\u0301"),
        ("\u4f60\u597d\u3002", "\u4f60\u597d"),
    ],
)
def test_the_plain_form_of_a_word_has_no_case_and_no_marks(written, expected):
    assert plain(written) == unicodedata.normalize("NFC", expected)


@given(st.text())
def test_the_plain_form_is_its_own_plain_form(word):
    assert plain(plain(word)) == plain(word)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((*"' abc", ""), False),
        ((*"ABC|'-",), False),
        ((*"ab.", ""), True),
        ((*"aB", ""), True),
        (("\u2581the", "\u2581The"), True),
    ],
)
def test_texts_are_written_if_they_have_marks_or_two_cases(texts, expected):
    assert is_written(texts) is expected


@given(st.text("aB',.-?\u201c 5"))
def test_splitting_marks_off_loses_nothing(written):
    before, word, after = split_marks(written)
    assert before + word + after == written
    assert all(map(is_mark, before + after))
    assert plain(word) == plain(written)


def test_inner_marks_stay_in_the_word():
    assert split_marks("\u201cU.S.A.,") == ("\u201c", "U.S.A", ".,")
