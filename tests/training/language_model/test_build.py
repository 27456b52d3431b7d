import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.decoding import ngram_model
from asr.decoding.ngram_model import (
    END,
    FIRST_WORD,
    START,
    UNKNOWN,
)
from tests.support import tone_corpus
from training.data.sentences import is_held_out
from training.errors import InputError
from training.language_model import build, ngram_file
from training.language_model.build import (
    build_language_model,
    encode,
    exclude_overlap,
    perplexity,
    read_texts,
    vocabulary,
)

sentences = st.lists(
    st.lists(st.sampled_from(["a", "cab", "bad", "it's", "once"]), min_size=1, max_size=8).map(
        " ".join
    ),
    min_size=1,
    max_size=12,
)


def test_texts_are_normalised_and_sentences_with_digits_left_out(tmp_path):
    (tmp_path / "a.txt").write_text("It\u2019s a Caf\u00e9!\n\nIn 1912.\n \u2014 \n")
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


@given(sentences)
@settings(max_examples=40)
def test_a_stored_model_has_the_vocabulary_and_a_perplexity_within_its_size(texts):
    model = ngram_model.load(build_language_model(texts))
    words = vocabulary(texts)
    assert model.lexicon.words() == words
    assert 1 <= perplexity(model, encode(texts, words)) <= FIRST_WORD + len(words)


def test_batched_perplexity_equals_that_of_words_scored_one_by_one():
    texts = ["a cab", "a bad cab", "a cab a bad cab", "bad"]
    model, words = ngram_model.load(build_language_model(texts)), vocabulary(texts)
    total, count = 0.0, 0
    for sentence in encode(texts, words):
        context = model.start()
        for word in sentence[1:]:
            log_prob, context = model.score(context, np.array([word]))
            total, count = total + float(log_prob[0]), count + 1
    expected = float(np.exp(-total / count))
    assert perplexity(model, encode(texts, words)) == pytest.approx(expected, rel=1e-6)


def test_a_model_without_sentences_is_rejected():
    with pytest.raises(InputError, match="no sentences"):
        build_language_model([])


def test_the_command_prints_the_sizes_sources_and_perplexity(tmp_path, capsys):
    lines = [f"{'abcdefg'[n % 7]} cab {'abcdefg'[n // 7]} bad" for n in range(49)]
    (tmp_path / "standard-ebooks.txt").write_text("\n".join(lines))
    songs = tone_corpus.write_corpus(tmp_path / "tones", ["a cab"], corpus="an4")
    test = tone_corpus.write_corpus(tmp_path / "songs-test", [lines[0]])
    out = tmp_path / "language.npz"
    arguments = [str(tmp_path / "standard-ebooks.txt"), "--transcripts", str(songs)]
    arguments += ["--exclude-overlap", str(test), "--out", str(out)]
    build.main(arguments)
    printed = json.loads(capsys.readouterr().out)
    held_out = [line for line in [*lines[1:], "a cab"] if is_held_out(line)]
    assert held_out
    assert printed["held_out"]["sentences"] == len(held_out)
    assert printed["learned_from"]["sentences"] == 49 - len(held_out)
    assert [source["name"][:8] for source in printed["sources"]] == ["Standard", "CMU AN4"]
    assert printed["without"] == ["songs-test"]
    content = out.read_bytes()
    assert printed == {"bytes": len(content)} | ngram_file.about(content)
