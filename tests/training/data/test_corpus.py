import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from filelock import FileLock

from asr.audio import audio
from asr.audio.audio import Budget
from tests.support import tone_corpus
from training.data import corpus
from training.errors import InputError


@pytest.fixture
def manifest(tmp_path):
    return tone_corpus.write_corpus(tmp_path / "tones", ["a", "bc", "longer one"])


def test_each_utterance_has_the_samples_of_its_clip(manifest, tmp_path):
    loaded = corpus.load_corpus(manifest, tmp_path / "cache")
    assert len(loaded) == 3
    for index, utterance in enumerate(loaded.utterances):
        decoded = audio.decode(utterance.path, Budget(max_seconds=60.0)).samples
        waveform = loaded.waveform(index)
        assert waveform.dtype == np.float32
        # two quantisation steps of 16 bits
        assert np.allclose(waveform, decoded, rtol=0, atol=2 / 32768)
        assert loaded.seconds(index) == len(decoded) / 16_000


def test_full_scale_does_not_overflow(manifest, tmp_path, monkeypatch):
    full_scale = audio.Waveform(np.array([1.0, -1.0], np.float32))
    monkeypatch.setattr(audio, "decode", lambda *_: full_scale)
    loaded = corpus.load_corpus(manifest, tmp_path / "cache")
    assert np.allclose(loaded.waveform(0), [1.0, -1.0], atol=1e-4)


def test_durations_are_those_of_the_samples_and_not_of_the_manifest(manifest, tmp_path):
    manifest.write_text(manifest.read_text().replace("0.240", "9.000"))
    loaded = corpus.load_corpus(manifest, tmp_path / "cache")
    assert loaded.seconds(1) == pytest.approx(0.24)


def test_a_clip_that_cannot_be_decoded_is_named(manifest, tmp_path):
    (tmp_path / "tones" / "1.flac").write_bytes(b"not audio")
    with pytest.raises(InputError, match=r"1\.flac: "):
        corpus.load_corpus(manifest, tmp_path / "cache")


def test_a_corpus_is_decoded_once(manifest, tmp_path, monkeypatch):
    first = corpus.load_corpus(manifest, tmp_path / "cache")
    monkeypatch.setattr(audio, "decode", None)
    second = corpus.load_corpus(manifest, tmp_path / "cache")
    assert np.array_equal(first.samples, second.samples)
    assert np.array_equal(first.offsets, second.offsets)


def test_a_corpus_that_two_processes_load_is_decoded_once(manifest, tmp_path, monkeypatch):
    decode, decoded, acquire = audio.decode, [], FileLock.acquire
    started, waiting = threading.Event(), threading.Event()

    def recorded(path, budget):
        started.set()
        assert waiting.wait(30), "the other load has not come to the lock"
        decoded.append(path.name)
        return decode(path, budget)

    def announced(self, *arguments, **options):
        if started.is_set():
            waiting.set()
        return acquire(self, *arguments, **options)

    def load(first):
        if not first:
            assert started.wait(30)
        return corpus.load_corpus(manifest, tmp_path / "cache")

    monkeypatch.setattr(audio, "decode", recorded)
    monkeypatch.setattr(FileLock, "acquire", announced)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(load, [True, False])
    assert sorted(decoded) == ["0.flac", "1.flac", "2.flac"]
    assert np.array_equal(first.samples, second.samples)


def test_a_changed_manifest_is_decoded_again(manifest, tmp_path):
    corpus.load_corpus(manifest, tmp_path / "cache")
    manifest.write_text("".join(manifest.read_text().splitlines(keepends=True)[:-1]))
    fewer = corpus.load_corpus(manifest, tmp_path / "cache")
    assert (len(fewer), len(fewer.offsets)) == (2, 3)


def test_an_interrupted_decode_is_repeated(manifest, tmp_path, monkeypatch):
    whole = corpus.load_corpus(manifest, tmp_path / "elsewhere")
    decode = audio.decode

    def interrupted(path, budget):
        if path.name == "1.flac":
            raise KeyboardInterrupt
        return decode(path, budget)

    with monkeypatch.context() as patch:
        patch.setattr(audio, "decode", interrupted)
        with pytest.raises(KeyboardInterrupt):
            corpus.load_corpus(manifest, tmp_path / "cache")
    again = corpus.load_corpus(manifest, tmp_path / "cache")
    assert np.array_equal(again.samples, whole.samples)
    assert np.array_equal(again.offsets, whole.offsets)
