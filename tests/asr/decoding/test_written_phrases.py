from itertools import pairwise

import pytest

from asr.decoding.words import WordSpan
from asr.decoding.written_phrases import write_phrases, written_forms
from asr.vocabulary import Phrase, parse_file, spoken


def spans(text: str) -> list[WordSpan]:
    """Words of ten frames each, one frame apart."""
    return [WordSpan(w, i * 11, i * 11 + 10, -0.1 * i) for i, w in enumerate(text.split())]


def written(text: str, *phrases: str) -> str:
    forms = written_forms(Phrase(spoken(phrase), phrase) for phrase in phrases)
    return " ".join(span.text for span in write_phrases(spans(text), forms))


@pytest.mark.parametrize(
    ("text", "phrases", "expected"),
    [
        ("i met mcmichael there", ["McMichael"], "i met McMichael there"),
        ("jean luc picard", ["Jean-Luc", "Picard"], "Jean-Luc Picard"),
        ("new york city", ["New York", "York", "City"], "New York City"),
        ("new york city", ["New York City Hall"], "new york city"),
        ("a w s", ["A.W.S."], "A.W.S."),
        ("", ["Ada"], ""),
    ],
)
def test_the_words_of_a_phrase_are_written_as_given(text, phrases, expected):
    assert written(text, *phrases) == expected


def test_marks_beside_a_phrase_are_kept():
    assert written("Hello, mcmichael. (new York)?", "McMichael", "New York") == (
        "Hello, McMichael. (New York)?"
    )


def test_a_word_joined_of_several_lasts_from_the_first_to_the_last():
    (joined,) = write_phrases(spans("jean luc"), {("jean", "luc"): "Jean-Luc"})
    assert (joined.start, joined.end) == (0, 21)
    assert joined.log_prob == pytest.approx(-0.05)


def test_other_written_than_spoken_words_share_the_time():
    forms = written_forms(parse_file("Phrase\tDisplayAs\nA.W.S.-C.L.I.\tAWS CLI tool\n").phrases)
    found = write_phrases(spans("a w s c l i"), forms)
    assert [span.text for span in found] == ["AWS", "CLI", "tool"]
    assert (found[0].start, found[-1].end) == (0, 65)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_the_first_of_phrases_that_sound_alike_is_written():
    assert written("reed", "Reed", "REED") == "Reed"
