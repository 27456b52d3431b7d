import numpy as np
import pytest

from tests.support import tone_corpus, toy_model
from training.data.manifest import Utterance, read_manifest
from training.errors import InputError
from training.evaluation.inference import draw, transcribe


@pytest.fixture
def manifest(tmp_path):
    """Clips that the toy hears perfectly, but for what the manifest says otherwise."""
    return tone_corpus.write_clips(
        tmp_path,
        [
            ("an4", "the cat sat", toy_model.speak("the cat sat")),
            ("an4", "on the mat", toy_model.speak("on a mat")),
            ("lj", "hush", np.zeros(16_000, np.float32)),
            ("lj", "blink", toy_model.speak("blink")[:800]),  # too short to be heard
        ],
    )


def test_each_clip_is_transcribed_as_a_request_would_be(toy_transcriber, manifest):
    results = transcribe(toy_transcriber, read_manifest(manifest))
    assert [result.text for result in results] == ["the cat sat", "on a mat", "", ""]
    assert [result.transcript is None for result in results] == [False, False, False, True]


def test_what_a_clip_costs_is_processor_time(toy_transcriber, manifest, monkeypatch):
    ticks = iter([1.0, 1.25, 2.0, 2.5, 3.0, 3.0, 4.0, 5.0])
    monkeypatch.setattr("training.evaluation.inference.time.process_time", lambda: next(ticks))
    results = transcribe(toy_transcriber, read_manifest(manifest))
    assert [result.spent for result in results] == [0.25, 0.5, 0.0, 1.0]


def test_a_clip_that_cannot_be_read_is_named(toy_transcriber, manifest):
    (manifest.parent / "1.wav").write_bytes(b"not audio at all")
    with pytest.raises(InputError, match=r"1\.wav: "):
        transcribe(toy_transcriber, read_manifest(manifest))


def utterances(count, folder):
    return [Utterance(folder / f"{i}.wav", 1.0, "", "an4", "a") for i in range(count)]


def test_a_draw_is_of_so_many_in_their_order(tmp_path):
    drawn = draw(utterances(50, tmp_path), 10, seed=0)
    assert len({one.path for one in drawn}) == 10
    numbers = [int(one.path.stem) for one in drawn]
    assert numbers == sorted(numbers) != list(range(10))


def test_a_draw_depends_on_the_seed_alone(tmp_path):
    everything = utterances(50, tmp_path)
    assert draw(everything, 10, seed=0) == draw(everything, 10, seed=0)
    assert draw(everything, 10, seed=0) != draw(everything, 10, seed=1)


def test_a_smaller_draw_is_part_of_a_larger_one(tmp_path):
    everything = utterances(50, tmp_path)
    small, large = (draw(everything, clips, seed=0) for clips in (5, 20))
    assert {one.path for one in small} < {one.path for one in large}


def test_a_draw_of_more_than_there_are_is_all(tmp_path):
    assert draw(utterances(3, tmp_path), 10, seed=0) == utterances(3, tmp_path)
