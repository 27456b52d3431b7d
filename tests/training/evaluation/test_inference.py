import numpy as np
import pytest

from tests.support import tone_corpus, toy_model
from training.data.manifest import Utterance, read_manifest
from training.errors import InputError
from training.evaluation.inference import sample_utterances, transcribe_corpus


@pytest.fixture
def manifest(tmp_path):
    """Clips that the toy recognises without error, except where the manifest differs."""
    return tone_corpus.write_clips(
        tmp_path,
        [
            ("an4", "the cat sat", toy_model.text_waveform("the cat sat")),
            ("an4", "on the mat", toy_model.text_waveform("on a mat")),
            ("lj", "hush", np.zeros(16_000, np.float32)),
            ("lj", "blink", toy_model.text_waveform("blink")[:800]),  # too short
        ],
    )


def test_each_clip_is_transcribed(toy_transcriber, manifest):
    results = transcribe_corpus(toy_transcriber, read_manifest(manifest))
    assert [result.text for result in results] == ["the cat sat", "on a mat", "", ""]
    assert [result.transcript is None for result in results] == [False, False, False, True]


def test_the_cost_of_a_clip_is_processor_time(toy_transcriber, manifest, monkeypatch):
    ticks = iter([1.0, 1.25, 2.0, 2.5, 3.0, 3.0, 4.0, 5.0])
    monkeypatch.setattr("training.evaluation.inference.time.process_time", lambda: next(ticks))
    results = transcribe_corpus(toy_transcriber, read_manifest(manifest))
    assert [result.cpu_seconds for result in results] == [0.25, 0.5, 0.0, 1.0]


def test_the_error_of_an_undecodable_clip_names_its_file(toy_transcriber, manifest):
    (manifest.parent / "1.wav").write_bytes(b"not audio")
    with pytest.raises(InputError, match=r"1\.wav: "):
        transcribe_corpus(toy_transcriber, read_manifest(manifest))


def utterances(count, folder):
    return [Utterance(folder / f"{i}.wav", 1.0, "", "an4", "a") for i in range(count)]


def test_a_sample_keeps_the_order_of_the_utterances(tmp_path):
    sample = sample_utterances(utterances(50, tmp_path), 10, seed=0)
    assert len({one.path for one in sample}) == 10
    numbers = [int(one.path.stem) for one in sample]
    assert numbers == sorted(numbers) != list(range(10))


def test_a_sample_depends_only_on_the_seed(tmp_path):
    everything = utterances(50, tmp_path)
    assert sample_utterances(everything, 10, seed=0) == sample_utterances(everything, 10, seed=0)
    assert sample_utterances(everything, 10, seed=0) != sample_utterances(everything, 10, seed=1)


def test_a_smaller_sample_is_a_subset_of_a_larger_one(tmp_path):
    everything = utterances(50, tmp_path)
    small, large = (sample_utterances(everything, clips, seed=0) for clips in (5, 20))
    assert {one.path for one in small} < {one.path for one in large}


def test_a_sample_larger_than_the_data_set_has_all_utterances(tmp_path):
    assert sample_utterances(utterances(3, tmp_path), 10, seed=0) == utterances(3, tmp_path)
