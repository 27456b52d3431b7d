import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from asr.audio import audio
from asr.audio.audio import Budget
from tests.support import tone_corpus
from training.data import corpus, manifest
from training.errors import InputError


def refuse(*_):
    raise AssertionError("decoded again")


def test_a_manifest_is_read_in_its_order_with_normalised_texts(tmp_path):
    manifest = tmp_path / "manifest.tsv"
    rows = ['b/1.ogg\t2.5\tanna\tan4\t"Well said I\n', "a.flac\t0.25\tben\tvctk\tDON\u2019T\n"]
    manifest.write_text(tone_corpus.HEADER + "".join(rows), encoding="utf-8")
    assert manifest.read_manifest(manifest) == [
        manifest.Utterance(tmp_path / "b/1.ogg", 2.5, "anna", "an4", "well said i"),
        manifest.Utterance(tmp_path / "a.flac", 0.25, "ben", "vctk", "don't"),
    ]


def test_each_utterance_has_the_samples_of_its_clip(tmp_path):
    manifest = tone_corpus.write_corpus(tmp_path / "tones", ["a", "longer one", "bc"])
    opened = corpus.load(manifest, tmp_path / "cache")
    assert len(opened) == 3
    for index, utterance in enumerate(opened.utterances):
        decoded = audio.decode(utterance.path, Budget(max_seconds=60.0)).samples
        waveform = opened.waveform(index)
        assert waveform.dtype == np.float32
        # two steps of 16 bits
        assert np.allclose(waveform, decoded, rtol=0, atol=2 / 32768)
        assert opened.seconds(index) == len(decoded) / 16_000


def test_full_scale_does_not_wrap_around(tmp_path, monkeypatch):
    full = audio.Waveform(np.array([1.0, -1.0], np.float32))
    monkeypatch.setattr(audio, "decode", lambda *_: full)
    opened = corpus.load(tone_corpus.write_corpus(tmp_path / "tones", ["a"]), tmp_path / "cache")
    assert np.allclose(opened.waveform(0), [1.0, -1.0], atol=1e-4)


def test_a_duration_is_that_of_the_samples_and_not_of_the_manifest(tmp_path):
    manifest = tone_corpus.write_corpus(tmp_path / "tones", ["abcd"])
    manifest.write_text(manifest.read_text().replace("0.480", "9.000"))
    assert corpus.load(manifest, tmp_path / "cache").seconds(0) == pytest.approx(0.48)


def test_a_manifest_that_was_written_lists_its_clips_wherever_they_lie(tmp_path):
    clips = [
        manifest.Utterance(tmp_path / "elsewhere" / "a.flac", 0.25, "anna", "an4", "don't"),
        manifest.Utterance(Path("b.flac"), 1.5, "wake:?", "wake", "view glass"),
    ]
    manifest.write_manifest(tmp_path / "new" / "set", clips)
    read = manifest.read_manifest(tmp_path / "new" / "set" / manifest.MANIFEST)
    assert read == [clips[0], replace(clips[1], path=tmp_path / "new" / "set" / "b.flac")]


def test_a_corpus_is_decoded_once(tmp_path, monkeypatch):
    manifest = tone_corpus.write_corpus(tmp_path / "tones", ["a", "b"])
    first = corpus.load(manifest, tmp_path / "cache")
    monkeypatch.setattr(audio, "decode", refuse)
    second = corpus.load(manifest, tmp_path / "cache")
    assert np.array_equal(first.samples, second.samples)
    assert np.array_equal(first.offsets, second.offsets)


def test_of_two_that_open_a_corpus_at_once_one_decodes(tmp_path, monkeypatch):
    manifest = tone_corpus.write_corpus(tmp_path / "tones", ["a", "b"])
    decode, decoded = audio.decode, []
    both = threading.Barrier(2)

    def slowly(path, budget):
        decoded.append(path.name)
        time.sleep(0.05)
        return decode(path, budget)

    def load(_):
        both.wait()
        return corpus.load(manifest, tmp_path / "cache")

    monkeypatch.setattr(audio, "decode", slowly)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(load, range(2))
    assert sorted(decoded) == ["0.flac", "1.flac"]
    assert np.array_equal(first.samples, second.samples)


def test_another_manifest_is_decoded_anew(tmp_path):
    manifest = tone_corpus.write_corpus(tmp_path / "tones", ["a", "b"])
    corpus.load(manifest, tmp_path / "cache")
    manifest.write_text("".join(manifest.read_text().splitlines(keepends=True)[:-1]))
    fewer = corpus.load(manifest, tmp_path / "cache")
    assert (len(fewer), len(fewer.offsets)) == (1, 2)


def test_an_interrupted_decode_is_done_again(tmp_path, monkeypatch):
    manifest = tone_corpus.write_corpus(tmp_path / "tones", ["a", "b", "c"])
    whole = corpus.load(manifest, tmp_path / "elsewhere")
    decode = audio.decode

    def killed(path, budget):
        if path.name == "1.flac":
            raise KeyboardInterrupt
        return decode(path, budget)

    monkeypatch.setattr(audio, "decode", killed)
    with pytest.raises(KeyboardInterrupt):
        corpus.load(manifest, tmp_path / "cache")
    monkeypatch.setattr(audio, "decode", decode)
    again = corpus.load(manifest, tmp_path / "cache")
    assert np.array_equal(again.samples, whole.samples)
    assert np.array_equal(again.offsets, whole.offsets)


def test_two_sets_of_one_name_are_refused(tmp_path):
    manifests = [
        tone_corpus.write_corpus(tmp_path / place / "dev", ["abc"]) for place in ("a", "b")
    ]
    assert list(manifest.read_sets(manifests[:1])) == ["dev"]
    with pytest.raises(InputError, match="one name"):
        manifest.read_sets(manifests)
