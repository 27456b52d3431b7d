import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.silence import MARGIN_SECONDS, RAISED_PEAK, SPLIT_SECONDS, STEADY_PEAK, LevelTracker
from tests.support.recordings import hello

FRAME, RATE = 320, 16_000
HELLO = hello()


def zeros(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE), np.float32)


def tracker() -> LevelTracker:
    return LevelTracker(FRAME, RATE)


def test_a_window_of_speech_is_one_stretch_unchanged():
    (stretch,) = tracker().audible(HELLO)
    assert stretch.first_frame == 0
    np.testing.assert_array_equal(stretch.samples, HELLO)


@pytest.mark.parametrize(
    "samples",
    [
        zeros(3),
        np.full(RATE, 2.0**-15, np.float32),
        np.full(RATE, STEADY_PEAK, np.float32),
        np.random.default_rng(0).normal(0, 1.5 / 2**15, 3 * RATE).astype(np.float32),
    ],
)
def test_silence_and_the_steady_noise_of_a_recorder_have_no_stretch(samples: np.ndarray):
    assert tracker().audible(samples) == []


@pytest.mark.parametrize("gain", [10 ** (-60 / 20), 10 ** (-40 / 20), 1.0, 8.0, 2.0**15])
def test_speech_of_any_level_is_audible_and_within_full_scale(gain: float):
    (stretch,) = tracker().audible(HELLO * np.float32(gain))
    peak = np.abs(stretch.samples).max()
    assert RAISED_PEAK * 0.99 < peak <= 1
    np.testing.assert_allclose(stretch.samples / peak, HELLO / np.abs(HELLO).max(), atol=1e-5)


def test_faint_sounds_of_a_loud_recording_are_silent():
    levels = tracker()
    assert levels.audible(HELLO)
    assert levels.audible(HELLO * np.float32(10 ** (-75 / 20))) == []


def test_stretches_are_cut_at_long_silence_with_a_margin():
    window = np.concatenate([HELLO, zeros(5), HELLO, zeros(10)])
    first, second = tracker().audible(window)
    assert first.first_frame == 0
    start = (len(HELLO) + 5 * RATE) / RATE
    assert second.first_frame * FRAME / RATE == pytest.approx(start - MARGIN_SECONDS, abs=0.3)
    for stretch in (first, second):
        begin = stretch.first_frame * FRAME
        np.testing.assert_array_equal(stretch.samples, window[begin : begin + len(stretch.samples)])
        assert len(stretch.samples) < len(HELLO) + 2 * MARGIN_SECONDS * RATE + 2 * FRAME


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.booleans(), st.floats(0.05, 4)), min_size=1, max_size=6),
    st.integers(0, FRAME),
)
def test_stretches_hold_every_audible_sample_in_order(parts: list[tuple[bool, float]], odd: int):
    tone = np.sin(np.arange(4 * RATE)).astype(np.float32) / 2
    window = np.concatenate(
        [tone[: round(s * RATE)] if loud else zeros(s) for loud, s in parts] + [tone[:odd]]
    )
    held = np.zeros(len(window), bool)
    end = 0
    for stretch in tracker().audible(window):
        begin = stretch.first_frame * FRAME
        assert begin >= end
        end = begin + len(stretch.samples)
        held[begin:end] = True
        assert not np.isnan(stretch.samples).any()
    assert held[np.abs(window) > 2.0**-12].all()
    quiet = np.flatnonzero(~held)
    assert (
        not len(quiet)
        or not held.any()
        or len(quiet) > (SPLIT_SECONDS - 2 * MARGIN_SECONDS - 0.1) * RATE
    )
