from dataclasses import replace

import numpy as np
import pytest
import soundfile

from tests.support.fakes import only_singer, plan
from training.synthesis.plan import draw
from training.synthesis.render import speak


@pytest.fixture(autouse=True)
def singer():
    with only_singer():
        yield


def test_rate_and_pitch_come_out_as_drawn_whatever_the_size(tmp_path):
    clip = next(draw(plan("just one sentence")))
    for size in (0.9, 1.1):
        asked = replace(clip.manner, rate=1.1 * size, pitch=1.2 * size)
        one = replace(clip, manner=asked, size=size, peak=0.5, edges=(0.1, 0.2))
        assert speak(one, tmp_path) == pytest.approx(17 / 20 / 1.1 + 0.3, abs=0.02)
        samples, rate = soundfile.read(tmp_path / one.file)
        assert rate == 16_000
        spectrum = np.abs(np.fft.rfft(samples))
        assert spectrum.argmax() * 16_000 / len(samples) == pytest.approx(240, abs=3)
        assert np.abs(samples).max() == pytest.approx(0.5, abs=0.01)
        assert not samples[:1590].any()
        assert samples[1600:1700].any()
        assert not samples[-3190:].any()


@pytest.mark.parametrize("unusable", ["a mute one", "a slow one"])
def test_what_an_engine_does_not_say_or_says_too_slowly_is_not_written(tmp_path, unusable):
    assert speak(next(draw(plan(unusable))), tmp_path) == 0.0
    assert not list(tmp_path.iterdir())
