import numpy as np
import pytest
import soundfile

from tests.support import tone_corpus
from tests.support.fakes import Aligner
from training.alignment import cut_words
from training.data.manifest import read_manifest
from training.errors import InputError

RATE = 16_000


@pytest.fixture
def sentences(tmp_path, monkeypatch):
    monkeypatch.setattr(cut_words, "Decoder", lambda **_: Aligner())
    (tmp_path / "in").mkdir()
    texts = ["one a seven", "nothing here", "one unheard", "seven"]
    rows = []
    for index, text in enumerate(texts):
        samples = np.arange(RATE * 2) / RATE / 2
        soundfile.write(tmp_path / "in" / f"{index}.wav", samples, RATE)
        rows.append(f"{index}.wav\t2.0\tanna\t{'lj' if text == 'seven' else 'an4'}\t{text}\n")
    manifest = tmp_path / "in" / "manifest.tsv"
    manifest.write_text(tone_corpus.HEADER + "".join(rows), encoding="utf-8")
    return manifest


def test_words_are_cut_out_where_they_are_said(sentences, tmp_path):
    cut_words.write(read_manifest(sentences), ["one", "seven", "a"], tmp_path / "out", most=9)
    written = read_manifest(tmp_path / "out" / "manifest.tsv")
    assert [(u.text, u.speaker, u.corpus) for u in written] == [
        ("one", "anna", "an4"),
        ("seven", "anna", "an4"),  # "a" is too short
        ("seven", "anna", "lj"),
    ]
    samples, _ = soundfile.read(written[1].path)
    assert len(samples) / RATE == written[1].seconds == pytest.approx(0.5 + 0.06)
    assert samples[0] == pytest.approx((0.4 - 0.03) / 2, abs=1e-3)


def test_no_word_comes_more_often_than_asked():
    words = ["one"] * 30 + ["six"] * 3 + ["one"] * 30
    chosen = cut_words.drawn(words, 20)
    assert [words[i] for i in chosen].count("one") == 20
    assert [words[i] for i in chosen].count("six") == 3
    assert chosen == sorted(set(chosen)) == cut_words.drawn(words, 20)
    assert {i < 30 for i in chosen if words[i] == "one"} == {True, False}  # not the first


def test_a_corpus_can_be_chosen(sentences, tmp_path, monkeypatch):
    arguments = [str(sentences), "--words", "seven", "--corpus", "lj", "--out", tmp_path / "out"]
    monkeypatch.setattr("sys.argv", ["isolate", *map(str, arguments)])
    cut_words.main()
    assert [u.corpus for u in read_manifest(tmp_path / "out" / "manifest.tsv")] == ["lj"]


def test_words_that_nobody_says_leave_no_corpus(sentences, tmp_path):
    with pytest.raises(InputError, match="none of the words is said"):
        cut_words.write(read_manifest(sentences), ["zebra"], tmp_path / "out", most=1)
    assert not (tmp_path / "out").exists()
