import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.decoding import ngram_model
from asr.decoding.ngram_model import FIRST_WORD
from tests.support import tone_corpus
from training.data.sentences import is_held_out
from training.errors import InputError
from training.language_model import build, ngram_file
from training.language_model.build import LETTERS, build_language_model, letter_bigrams
from training.language_model.perplexity import perplexity
from training.language_model.training_text import encode, vocabulary

sentences = st.lists(
    st.lists(st.sampled_from(["a", "cab", "bad", "it's", "once"]), min_size=1, max_size=8).map(
        " ".join
    ),
    min_size=1,
    max_size=12,
)


@given(sentences)
@settings(max_examples=40)
def test_a_stored_model_has_the_vocabulary_and_a_perplexity_within_its_size(texts):
    model = ngram_model.load(build_language_model(texts))
    words = vocabulary(texts)
    assert model.lexicon.words() == words
    assert 1 <= perplexity(model, encode(texts, words)) <= FIRST_WORD + len(words)


def test_a_model_without_sentences_is_rejected():
    with pytest.raises(InputError, match="no sentences"):
        build_language_model([])


def test_the_command_prints_the_sizes_sources_and_perplexity(tmp_path, capsys):
    lines = [f"{'abcdefg'[n % 7]} cab {'abcdefg'[n // 7]} bad" for n in range(49)]
    (tmp_path / "standard-ebooks.txt").write_text("\n".join(lines))
    train = tone_corpus.write_corpus(tmp_path / "tones", ["a cab"], corpus="an4")
    test = tone_corpus.write_corpus(tmp_path / "tones-test", [lines[0]])
    out = tmp_path / "language.npz"
    arguments = [str(tmp_path / "standard-ebooks.txt"), "--transcripts", str(train)]
    arguments += ["--exclude-overlap", str(test), "--out", str(out)]
    build.main(arguments)
    printed = json.loads(capsys.readouterr().out)
    held_out = [line for line in [*lines[1:], "a cab"] if is_held_out(line)]
    assert held_out
    assert printed["held_out"]["sentences"] == len(held_out)
    assert printed["learned_from"]["sentences"] == 49 - len(held_out)
    assert [source["name"][:8] for source in printed["sources"]] == ["Standard", "CMU AN4"]
    assert printed["without"] == ["tones-test"]
    content = out.read_bytes()
    assert printed == {"bytes": len(content)} | ngram_file.about(content)


def test_letter_bigrams_sum_to_one_after_each_letter():
    probabilities = np.exp(letter_bigrams(["abba", "cab"]).astype(float))
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(len(LETTERS) + 1), abs=1e-5)
    a, b = LETTERS.index("a"), LETTERS.index("b")
    assert probabilities[a, b] == probabilities[a].max()
