import pytest

from asr.decoding.ngram_model import END, FIRST_WORD, START, UNKNOWN
from tests.support import tone_corpus
from training.errors import InputError
from training.language_model.training_text import encode, exclude_overlap, read_texts, vocabulary


def test_texts_are_normalised_and_sentences_with_digits_left_out(tmp_path):
    (tmp_path / "a.txt").write_text("It\u2019s a Café!\n\nIn 1912.\n \u2014 \n")
    assert read_texts([tmp_path / "a.txt"]) == ["it's a cafe"]


def test_transcripts_of_speech_corpora_are_added(tmp_path):
    manifest = tone_corpus.write_corpus(tmp_path / "tones", ["abc de", "fed"])
    assert read_texts([], [manifest]) == ["abc de", "fed"]


def test_a_file_that_is_not_text_is_named_in_the_error(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"a\.txt is not UTF-8 text"):
        read_texts([tmp_path / "a.txt"])


def test_sentences_that_overlap_with_a_test_set_are_excluded():
    test = ["yes", "he had always believed that they were able"]
    distinct = ["yes sir", "always believed that they were not able", "no"]
    overlapping = ["yes", "who had always believed that they were"]
    assert exclude_overlap([*distinct, *overlapping], test) == distinct


def test_the_vocabulary_has_no_rare_words_and_is_sorted_by_length():
    assert vocabulary(["bad a a", "a cab cab", "ab ab bad", "rare"]) == ["a", "ab", "bad", "cab"]


def test_sentences_are_encoded_as_ids_from_start_to_end():
    assert encode(["cab a rare"], ["a", "cab"]) == [
        [START, FIRST_WORD + 1, FIRST_WORD, UNKNOWN, END]
    ]
