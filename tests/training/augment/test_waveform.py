from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training import corpora
from training.augment import WaveformAugmentation

OFF = WaveformAugmentation(speed=0.0, gain_db=0.0, noise_probability=0.0)
STAGES = ["room", "babble", "telephone", "band", "codec"]
EVERYTHING = WaveformAugmentation(
    room_probability=0.5,
    babble_probability=0.5,
    telephone_probability=0.25,
    band_probability=0.25,
    codec_probability=0.5,
)


def other(_):
    return corpora.sing("gfedcba")


@settings(max_examples=20, deadline=None)
@given(st.tuples(st.integers(0, 9), st.integers(0, 10**6), st.integers(0, 10**6)))
def test_the_seed_alone_decides_with_everything_on(seed):
    samples = corpora.sing("abc")
    one, again = EVERYTHING(samples, seed, other), EVERYTHING(samples, seed, other)
    assert np.array_equal(one, again)
    assert one.dtype == np.float32
    assert np.abs(one).max() <= 1
    assert 0.85 * len(samples) < len(one) < 1.15 * len(samples)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(("probability", "altered"), [(0.0, 0), (0.5, 20), (1.0, 40)])
def test_each_stage_comes_as_often_as_asked(stage, probability, altered):
    samples = corpora.sing("abc")
    augment = replace(OFF, **{f"{stage}_probability": probability})
    heard = [augment(samples, (0, step, 0), other) for step in range(40)]
    different = sum(len(x) != len(samples) or not np.allclose(x, samples, atol=1e-4) for x in heard)
    assert different == pytest.approx(altered, abs=10 if 0 < altered < 40 else 0)


def test_channels_whose_shares_are_all_leave_no_clip_as_it_was():
    samples = corpora.sing("abc")
    augment = replace(OFF, telephone_probability=0.25, band_probability=0.25, codec_probability=0.5)
    heard = [augment(samples, (0, step, 0)) for step in range(40)]
    assert not any(np.allclose(x, samples[: len(x)], atol=1e-4) for x in heard)


def test_a_stage_does_not_change_what_the_others_draw():
    samples = corpora.sing("abc") * np.float32(0.1)
    for step in range(10):
        plain = WaveformAugmentation(noise_probability=0.0)(samples, (step,))
        in_noise = WaveformAugmentation(noise_probability=0.0, room_probability=1.0)
        assert len(in_noise(samples, (step,))) == len(plain)


def test_without_other_voices_there_is_no_babble():
    samples = corpora.sing("abc")
    augment = replace(OFF, babble_probability=1.0)
    assert np.array_equal(augment(samples, (1,)), samples)


@pytest.mark.parametrize("probability", [0.0, 0.1, 1.0])
def test_clips_are_emptied_as_often_as_asked(probability):
    augment = WaveformAugmentation(empty_probability=probability)
    emptied = sum(augment.empties((0, step, 3)) for step in range(1000))
    assert emptied == pytest.approx(1000 * probability, abs=40 if 0 < probability < 1 else 0)
