from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import tone_corpus
from training.augment import WaveformAugmentation
from training.augment.channels import band_limit

seeds = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))
OFF = WaveformAugmentation(speed=0.0, gain_db=0.0, noise_probability=0.0)
STAGES = ["room", "babble", "telephone", "band", "codec"]
EVERYTHING = WaveformAugmentation(
    room_probability=0.5,
    babble_probability=0.5,
    telephone_probability=0.25,
    band_probability=0.25,
    codec_probability=0.5,
)


def power(samples):
    return float(np.mean(samples.astype(np.float64) ** 2))


def tone(length):
    return (0.3 * np.sin(2 * np.pi * 500 * np.arange(length) / 16_000)).astype(np.float32)


def other(_):
    return tone_corpus.sing("gfedcba")


@settings(max_examples=20)
@given(seeds)
def test_the_seed_alone_decides_how_a_waveform_is_altered(seed):
    samples = tone_corpus.sing("abc")
    one, other = WaveformAugmentation()(samples, seed), WaveformAugmentation()(samples, seed)
    assert np.array_equal(one, other)
    assert one.dtype == np.float32


def test_each_step_alters_otherwise():
    samples = tone_corpus.sing("abc")
    altered = [WaveformAugmentation()(samples, (step, 0)) for step in range(5)]
    assert len({a.tobytes() for a in altered}) == 5


@settings(max_examples=30)
@given(seeds, st.floats(0.0, 0.3))
def test_speed_stays_within_its_range(seed, speed):
    samples = tone_corpus.sing("abcdef")
    altered = WaveformAugmentation(speed=speed, noise_probability=0.0)(samples, seed)
    assert len(samples) / (1 + speed) - 2 <= len(altered) <= len(samples) / (1 - speed) + 2


def test_faster_is_higher():
    time = np.arange(16_000) / 16_000
    samples = (0.1 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)
    for step in range(5):
        altered = WaveformAugmentation(0.2, 0.0, 0.0)(samples, (step,))
        spectrum = np.abs(np.fft.rfft(altered * np.hanning(len(altered))))
        hertz = spectrum.argmax() * 16_000 / len(altered)
        assert hertz * len(altered) == pytest.approx(1000 * len(samples), rel=0.01)


@settings(max_examples=30)
@given(seeds, st.floats(0.001, 0.5))
def test_a_shift_puts_silence_on_either_side(seed, seconds):
    samples = tone_corpus.sing("abc")
    altered = WaveformAugmentation(0.0, 0.0, 0.0, shift_seconds=seconds)(samples, seed)
    assert len(samples) <= len(altered) <= len(samples) + 2 * round(seconds * 16_000)
    start = np.flatnonzero(altered)[0] - np.flatnonzero(samples)[0]
    assert 0 <= start <= round(seconds * 16_000)
    assert np.array_equal(altered[start : start + len(samples)], samples)
    assert not altered[start + len(samples) :].any()


def test_a_clip_loses_its_silence_before_silence_is_put_around_it():
    padded = np.pad(tone(3200), 5000)
    trimmed = replace(OFF, trim_db=45.0)(padded, (0,))
    assert len(trimmed) < 3200 + 8 * 160
    assert len(replace(OFF, trim_db=45.0, shift_seconds=0.1)(padded, (0,))) > len(trimmed)


@settings(max_examples=30)
@given(seeds, st.floats(0.05, 0.4))
def test_a_crop_takes_no_more_than_its_share_off_either_end(seed, crop):
    samples = np.linspace(0.1, 0.9, 10_000, dtype=np.float32)
    altered = replace(OFF, crop=crop)(samples, seed)
    first, last = (int(np.searchsorted(samples, altered[end] - 1e-6)) for end in (0, -1))
    assert 0 <= first <= crop * 10_000
    assert 0 <= 9_999 - last <= crop * 10_000 + 1
    assert len(altered) == pytest.approx(last - first + 1, abs=2)
    assert len(altered) < 10_000


def test_words_lose_the_fricatives_at_their_ends():
    """A hiss above 4 kHz is loud as it is, and not where a word is cut by its level below."""
    hiss = np.random.default_rng(0).normal(0, 0.2, 3200).astype(np.float32)
    hiss -= band_limit(hiss, 5000.0)
    word = np.concatenate([hiss, tone(3200), hiss])
    augment = replace(OFF, trim_db=50.0, cut_probability=1.0, cut_db=(12.0, 12.0))
    assert len(replace(augment, cut_probability=0.0)(word, (0,))) > 9000
    kept = [len(augment(word, (seed,))) for seed in range(20)]
    assert max(kept) <= 3200 + 2 * 3 * 160 + 2 * 160
    assert min(kept) < max(kept)  # as margins are drawn


def test_a_moment_of_a_clip_is_found_again_by_its_timing():
    augment = replace(OFF, speed=0.3, shift_seconds=0.2)
    click = np.zeros(16_000, np.float32)
    click[8000:8016] = 0.5
    for seed in range(20):
        factor, before = augment.timing((seed,))
        heard = augment(click, (seed,))
        assert np.abs(heard).argmax() == pytest.approx(before + 8008 / factor, abs=20)
    assert augment.keeps_timing()
    assert not replace(augment, crop=0.1).keeps_timing()
    assert not replace(augment, trim_db=50.0).keeps_timing()
    assert not replace(augment, cut_probability=0.1).keeps_timing()


def test_soft_sounds_become_softer_and_louder():
    samples = np.concatenate([tone(3200) * np.float32(0.03), tone(3200)])
    augment = replace(OFF, expansion=0.5)
    levels = [20 * np.log10(np.abs(augment(samples, (i,))[:1600]).max() / 0.3) for i in range(50)]
    assert min(levels) == pytest.approx(-30.5 * 1.5, abs=4)
    assert max(levels) == pytest.approx(-30.5 * 0.5, abs=4)


def test_microphones_differ_by_no_more_than_asked():
    samples = tone_corpus.sing("abc")
    louder = [
        10 * np.log10(power(replace(OFF, equaliser_db=6.0)(samples, (i,))) / power(samples))
        for i in range(50)
    ]
    assert max(np.abs(louder)) <= 6
    assert np.std(louder) > 1


@settings(max_examples=30)
@given(seeds, st.floats(0.0, 12.0))
def test_gain_stays_within_its_range(seed, gain_db):
    samples = tone_corpus.sing("abc") * np.float32(0.1)
    altered = WaveformAugmentation(0.0, gain_db, 0.0)(samples, seed)
    assert abs(10 * np.log10(power(altered) / power(samples))) <= gain_db + 0.1


def test_gain_does_not_leave_the_range_of_samples():
    loud = np.sign(tone_corpus.sing("abc"))
    altered = [WaveformAugmentation(gain_db=20.0)(loud, (step,)) for step in range(10)]
    assert max(np.abs(a).max() for a in altered) == 1.0


@pytest.mark.parametrize(("probability", "noisy"), [(0.0, 0), (0.5, 50), (1.0, 100)])
def test_noise_comes_as_often_as_asked(probability, noisy):
    silence_after = np.concatenate([tone_corpus.sing("a"), np.zeros(800, np.float32)])
    augment = WaveformAugmentation(0.0, 0.0, probability)
    heard = sum(bool(np.abs(augment(silence_after, (i,))[-400:]).max() > 0) for i in range(100))
    assert heard == pytest.approx(noisy, abs=15 if 0 < noisy < 100 else 0)


@settings(max_examples=20)
@given(st.tuples(st.integers(0, 9), st.integers(0, 10**6), st.integers(0, 10**6)))
def test_the_seed_alone_decides_with_everything_on(seed):
    samples = tone_corpus.sing("abc")
    one, again = EVERYTHING(samples, seed, other), EVERYTHING(samples, seed, other)
    assert np.array_equal(one, again)
    assert one.dtype == np.float32
    assert np.abs(one).max() <= 1
    assert 0.85 * len(samples) < len(one) < 1.15 * len(samples)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(("probability", "altered"), [(0.0, 0), (0.5, 20), (1.0, 40)])
def test_each_stage_comes_as_often_as_asked(stage, probability, altered):
    samples = tone_corpus.sing("abc")
    augment = replace(OFF, **{f"{stage}_probability": probability})
    heard = [augment(samples, (0, step, 0), other) for step in range(40)]
    different = sum(len(x) != len(samples) or not np.allclose(x, samples, atol=1e-4) for x in heard)
    assert different == pytest.approx(altered, abs=10 if 0 < altered < 40 else 0)


def test_channels_whose_shares_are_all_leave_no_clip_as_it_was():
    samples = tone_corpus.sing("abc")
    augment = replace(OFF, telephone_probability=0.25, band_probability=0.25, codec_probability=0.5)
    heard = [augment(samples, (0, step, 0)) for step in range(40)]
    assert not any(np.allclose(x, samples[: len(x)], atol=1e-4) for x in heard)


def test_a_stage_does_not_change_what_the_others_draw():
    samples = tone_corpus.sing("abc") * np.float32(0.1)
    for step in range(10):
        plain = WaveformAugmentation(noise_probability=0.0)(samples, (step,))
        in_noise = WaveformAugmentation(noise_probability=0.0, room_probability=1.0)
        assert len(in_noise(samples, (step,))) == len(plain)


def test_without_other_voices_there_is_no_babble():
    samples = tone_corpus.sing("abc")
    augment = replace(OFF, babble_probability=1.0)
    assert np.array_equal(augment(samples, (1,)), samples)


@pytest.mark.parametrize("probability", [0.0, 0.1, 1.0])
def test_clips_are_emptied_as_often_as_asked(probability):
    augment = WaveformAugmentation(empty_probability=probability)
    emptied = sum(augment.empties((0, step, 3)) for step in range(1000))
    assert emptied == pytest.approx(1000 * probability, abs=40 if 0 < probability < 1 else 0)
