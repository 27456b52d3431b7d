from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from tests.support.fakes import TEXT, VOICES, only_tone_engine, plan
from training.synthesis.voices import Voice


@pytest.fixture(autouse=True)
def tone_engine():
    with only_tone_engine():
        yield


def test_the_seed_alone_determines_the_clips():
    first = list(islice(plan().clips(), 20))
    assert first == list(islice(plan().clips(), 20))
    assert first != list(islice(plan(seed=2).clips(), 20))


def test_every_sentence_occurs_once_before_any_is_repeated():
    spoken = [clip.sentence for clip in islice(plan().clips(), 16)]
    assert sorted(spoken[:8]) == sorted(spoken[8:]) == sorted(TEXT)
    assert spoken[:8] != TEXT


def test_speakers_are_equally_likely_for_any_number_of_voices():
    many = [Voice("tones", f"anna{i}", "", "anna") for i in range(20)]
    clips = islice(plan(voices=[*many, VOICES[1]]).clips(), 400)
    speakers = [clip.voice.speaker for clip in clips]
    assert speakers.count("ben") == pytest.approx(200, abs=50)


def test_the_variation_scales_rate_pitch_and_vocal_tract():
    def factors(variation):
        clips = islice(replace(plan(), variation=variation).clips(), 200)
        return np.array(
            [
                (scale, clip.prosody.rate / scale, clip.prosody.pitch / scale)
                for clip in clips
                for scale in [clip.vocal_tract_scale]
            ]
        )

    assert (factors(0.0) == 1).all()
    assert np.abs(factors(0.5) - 1 - (factors(1.0) - 1) / 2).max() < 1e-9
    assert (factors(1.0).min(0) > (0.88, 0.8, 0.8)).all()
    assert (factors(1.0).max(0) > (1.1, 1.25, 1.2)).all()
