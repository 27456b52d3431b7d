from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import tone_corpus
from training.augment import WaveformAugmentation
from training.augment.channels import low_pass

seeds = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))
OFF = WaveformAugmentation(speed=0.0, gain_db=0.0, noise_probability=0.0)
STAGES = ["room", "babble", "telephone", "band", "codec"]
ALL_STAGES = WaveformAugmentation(
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


def sample_clip(_):
    return tone_corpus.tones("gfedcba")


@settings(max_examples=20)
@given(seeds)
def test_the_seed_alone_determines_the_augmentation(seed):
    samples = tone_corpus.tones("abc")
    one, again = WaveformAugmentation()(samples, seed), WaveformAugmentation()(samples, seed)
    assert np.array_equal(one, again)
    assert one.dtype == np.float32


def test_each_seed_gives_another_augmentation():
    samples = tone_corpus.tones("abc")
    augmented = [WaveformAugmentation()(samples, (step, 0)) for step in range(5)]
    assert len({each.tobytes() for each in augmented}) == 5


@settings(max_examples=30)
@given(seeds, st.floats(0.0, 0.3))
def test_speed_stays_within_its_range(seed, speed):
    samples = tone_corpus.tones("abcdef")
    augmented = WaveformAugmentation(speed=speed, noise_probability=0.0)(samples, seed)
    assert len(samples) / (1 + speed) - 2 <= len(augmented) <= len(samples) / (1 - speed) + 2


def test_speed_changes_the_pitch():
    time = np.arange(16_000) / 16_000
    samples = (0.1 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)
    for step in range(5):
        augmented = WaveformAugmentation(0.2, 0.0, 0.0)(samples, (step,))
        spectrum = np.abs(np.fft.rfft(augmented * np.hanning(len(augmented))))
        hertz = spectrum.argmax() * 16_000 / len(augmented)
        assert hertz * len(augmented) == pytest.approx(1000 * len(samples), rel=0.01)


@settings(max_examples=30)
@given(seeds, st.floats(0.001, 0.5))
def test_a_shift_inserts_silence_on_either_side(seed, seconds):
    samples = tone_corpus.tones("abc")
    augmented = WaveformAugmentation(0.0, 0.0, 0.0, shift_seconds=seconds)(samples, seed)
    assert len(samples) <= len(augmented) <= len(samples) + 2 * round(seconds * 16_000)
    start = np.flatnonzero(augmented)[0] - np.flatnonzero(samples)[0]
    assert 0 <= start <= round(seconds * 16_000)
    assert np.array_equal(augmented[start : start + len(samples)], samples)
    assert not augmented[start + len(samples) :].any()


def test_trimming_precedes_the_shift():
    padded = np.pad(tone(3200), 5000)
    trimmed = replace(OFF, trim_db=45.0)(padded, (0,))
    assert len(trimmed) < 3200 + 8 * 160
    assert len(replace(OFF, trim_db=45.0, shift_seconds=0.1)(padded, (0,))) > len(trimmed)


@settings(max_examples=30)
@given(seeds, st.floats(0.05, 0.4))
def test_a_crop_removes_at_most_its_share_at_either_end(seed, crop):
    samples = np.linspace(0.1, 0.9, 10_000, dtype=np.float32)
    augmented = replace(OFF, crop=crop)(samples, seed)
    first, last = (int(np.searchsorted(samples, augmented[end] - 1e-6)) for end in (0, -1))
    assert 0 <= first <= crop * 10_000
    assert 0 <= 9_999 - last <= crop * 10_000 + 1
    assert len(augmented) == pytest.approx(last - first + 1, abs=2)
    assert len(augmented) < 10_000


def test_an_edge_trim_removes_fricatives():
    """Noise above 4 kHz counts for the trim by full-band level, and not for the edge trim."""
    fricative = np.random.default_rng(0).normal(0, 0.2, 3200).astype(np.float32)
    fricative -= low_pass(fricative, 5000.0)
    word = np.concatenate([fricative, tone(3200), fricative])
    augment = replace(OFF, trim_db=50.0, edge_trim_probability=1.0, edge_trim_db=(12.0, 12.0))
    assert len(replace(augment, edge_trim_probability=0.0)(word, (0,))) > 9000
    lengths = [len(augment(word, (seed,))) for seed in range(20)]
    assert max(lengths) <= 3200 + 2 * 3 * 160 + 2 * 160
    assert min(lengths) < max(lengths)  # margins are random


def test_the_time_map_locates_an_instant_of_the_original():
    augment = replace(OFF, speed=0.3, shift_seconds=0.2)
    click = np.zeros(16_000, np.float32)
    click[8000:8016] = 0.5
    for seed in range(20):
        factor, padding = augment.time_map((seed,))
        augmented = augment(click, (seed,))
        assert np.abs(augmented).argmax() == pytest.approx(padding + 8008 / factor, abs=20)
    assert augment.preserves_alignment()


@pytest.mark.parametrize(
    "change",
    [{"crop": 0.1}, {"trim_db": 50.0}, {"edge_trim_probability": 0.1}, {"silence_probability": 1}],
    ids=str,
)
def test_trimming_and_silencing_do_not_preserve_the_alignment(change):
    assert not replace(OFF, **change).preserves_alignment()


def test_level_expansion_changes_the_level_of_quiet_sounds():
    samples = np.concatenate([tone(3200) * np.float32(0.03), tone(3200)])
    augment = replace(OFF, level_expansion=0.5)
    levels = [20 * np.log10(np.abs(augment(samples, (i,))[:1600]).max() / 0.3) for i in range(50)]
    assert min(levels) == pytest.approx(-30.5 * 1.5, abs=4)
    assert max(levels) == pytest.approx(-30.5 * 0.5, abs=4)


def test_the_equaliser_stays_within_its_range():
    samples = tone_corpus.tones("abc")
    gains_db = [
        10 * np.log10(power(replace(OFF, equaliser_db=6.0)(samples, (i,))) / power(samples))
        for i in range(50)
    ]
    assert max(np.abs(gains_db)) <= 6
    assert np.std(gains_db) > 1


@settings(max_examples=30)
@given(seeds, st.floats(0.0, 12.0))
def test_gain_stays_within_its_range(seed, gain_db):
    samples = tone_corpus.tones("abc") * np.float32(0.1)
    augmented = WaveformAugmentation(0.0, gain_db, 0.0)(samples, seed)
    assert abs(10 * np.log10(power(augmented) / power(samples))) <= gain_db + 0.1


def test_samples_are_clipped_to_full_scale():
    loud = np.sign(tone_corpus.tones("abc"))
    augmented = [WaveformAugmentation(gain_db=20.0)(loud, (step,)) for step in range(10)]
    assert max(np.abs(each).max() for each in augmented) == 1.0


@pytest.mark.parametrize(("probability", "expected"), [(0.0, 0), (0.5, 50), (1.0, 100)])
def test_noise_is_added_with_its_probability(probability, expected):
    ending_in_silence = np.concatenate([tone_corpus.tones("a"), np.zeros(800, np.float32)])
    augment = WaveformAugmentation(0.0, 0.0, probability)
    noisy = sum(bool(np.abs(augment(ending_in_silence, (i,))[-400:]).max()) for i in range(100))
    assert noisy == pytest.approx(expected, abs=15 if 0 < expected < 100 else 0)


@settings(max_examples=20)
@given(st.tuples(st.integers(0, 9), st.integers(0, 10**6), st.integers(0, 10**6)))
def test_all_stages_together_are_deterministic(seed):
    samples = tone_corpus.tones("abc")
    one, again = ALL_STAGES(samples, seed, sample_clip), ALL_STAGES(samples, seed, sample_clip)
    assert np.array_equal(one, again)
    assert one.dtype == np.float32
    assert np.abs(one).max() <= 1
    assert 0.85 * len(samples) < len(one) < 1.15 * len(samples)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(("probability", "expected"), [(0.0, 0), (0.5, 20), (1.0, 40)])
def test_each_stage_is_applied_with_its_probability(stage, probability, expected):
    samples = tone_corpus.tones("abc")
    augment = replace(OFF, **{f"{stage}_probability": probability})
    augmented = [augment(samples, (0, step, 0), sample_clip) for step in range(40)]
    changed = sum(
        len(each) != len(samples) or not np.allclose(each, samples, atol=1e-4) for each in augmented
    )
    assert changed == pytest.approx(expected, abs=10 if 0 < expected < 40 else 0)


def test_channels_whose_probabilities_sum_to_one_change_every_clip():
    samples = tone_corpus.tones("abc")
    augment = replace(OFF, telephone_probability=0.25, band_probability=0.25, codec_probability=0.5)
    augmented = [augment(samples, (0, step, 0)) for step in range(40)]
    assert not any(np.allclose(each, samples[: len(each)], atol=1e-4) for each in augmented)


def test_a_stage_does_not_change_the_random_numbers_of_another():
    samples = tone_corpus.tones("abc") * np.float32(0.1)
    for step in range(10):
        plain = WaveformAugmentation(noise_probability=0.0)(samples, (step,))
        in_room = WaveformAugmentation(noise_probability=0.0, room_probability=1.0)
        assert len(in_room(samples, (step,))) == len(plain)


def test_there_is_no_babble_without_a_clip_sampler():
    samples = tone_corpus.tones("abc")
    augment = replace(OFF, babble_probability=1.0)
    assert np.array_equal(augment(samples, (1,)), samples)


@pytest.mark.parametrize("probability", [0.0, 0.1, 1.0])
def test_clips_are_silenced_with_their_probability(probability):
    augment = WaveformAugmentation(silence_probability=probability)
    silenced = sum(augment.silences((0, step, 3)) for step in range(1000))
    assert silenced == pytest.approx(1000 * probability, abs=40 if 0 < probability < 1 else 0)


@settings(max_examples=20)
@given(seeds, st.integers(8_000, 24_000))
def test_speed_and_shifts_do_not_exceed_the_longest_duration(seed, length):
    augment = replace(OFF, speed=0.4, shift_seconds=0.5, max_seconds=1.0)
    augmented = augment(tone(length), seed)
    assert len(augmented) <= max(16_000, length) + 1
    assert not augment.preserves_alignment()
