import numpy as np
import pytest
import soundfile

from tests.support import tone_corpus
from tests.support.fakes import FakeDecoder
from training.alignment import cut_words, pocketsphinx
from training.data.manifest import read_manifest
from training.errors import InputError

RATE = 16_000


@pytest.fixture
def sentences(tmp_path, monkeypatch):
    """A corpus of ramps, so that the value of a sample is half its time in seconds."""
    monkeypatch.setattr(pocketsphinx, "Decoder", lambda **_: FakeDecoder())
    (tmp_path / "in").mkdir()
    texts = ["one a seven", "nothing here", "one unalignable", "seven"]
    rows = []
    for index, text in enumerate(texts):
        samples = np.arange(RATE * 2) / RATE / 2
        soundfile.write(tmp_path / "in" / f"{index}.wav", samples, RATE)
        rows.append(f"{index}.wav\t2.0\tanna\t{'lj' if text == 'seven' else 'an4'}\t{text}\n")
    manifest = tmp_path / "in" / "manifest.tsv"
    manifest.write_text(tone_corpus.HEADER + "".join(rows), encoding="utf-8")
    return manifest


def test_words_are_cut_at_their_aligned_times(sentences, tmp_path):
    utterances = read_manifest(sentences)
    cut_words.write_words(utterances, ["one", "seven", "a"], tmp_path / "out", limit=9)
    written = read_manifest(tmp_path / "out" / "manifest.tsv")
    assert [(u.text, u.speaker, u.corpus) for u in written] == [
        ("one", "anna", "an4"),
        ("seven", "anna", "an4"),  # "a" is too short
        ("seven", "anna", "lj"),
    ]
    samples, _ = soundfile.read(written[1].path)
    assert len(samples) / RATE == written[1].seconds == pytest.approx(0.5 + 0.06)
    assert samples[0] == pytest.approx((0.4 - 0.03) / 2, abs=1e-3)


def test_the_clips_of_a_word_are_limited():
    words = ["one"] * 30 + ["six"] * 3 + ["one"] * 30
    chosen = cut_words.sample_clips(words, 20)
    assert [words[i] for i in chosen].count("one") == 20
    assert [words[i] for i in chosen].count("six") == 3
    assert chosen == sorted(set(chosen)) == cut_words.sample_clips(words, 20)
    assert {i < 30 for i in chosen if words[i] == "one"} == {True, False}  # not the first ones


def test_only_clips_of_the_given_corpus_are_cut(sentences, tmp_path):
    arguments = [sentences, "--words", "seven", "--corpus", "lj", "--out", tmp_path / "out"]
    cut_words.main(list(map(str, arguments)))
    assert [u.corpus for u in read_manifest(tmp_path / "out" / "manifest.tsv")] == ["lj"]


def test_words_that_do_not_occur_leave_no_corpus(sentences, tmp_path):
    with pytest.raises(InputError, match="none of the words could be cut from the 4 clips: zebra"):
        cut_words.write_words(read_manifest(sentences), ["zebra"], tmp_path / "out", limit=1)
    assert not (tmp_path / "out").exists()
