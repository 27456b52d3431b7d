from dataclasses import replace

import numpy as np
import pytest
import soundfile

from tests.support.fakes import only_tone_engine, plan
from training.synthesis import render
from training.synthesis.render import render_clip
from training.synthesis.voices import Prosody


@pytest.fixture(autouse=True)
def tone_engine():
    with only_tone_engine():
        yield


@pytest.mark.parametrize("scale", [0.9, 1.1])
def test_rate_and_pitch_are_the_planned_ones_for_any_vocal_tract(tmp_path, scale):
    clip = replace(
        next(plan("just one sentence").clips()),
        prosody=Prosody(rate=1.1 * scale, pitch=1.2 * scale),
        vocal_tract_scale=scale,
        peak=0.5,
        silence=(0.1, 0.2),
    )
    assert render_clip(clip, tmp_path) == pytest.approx(17 / 20 / 1.1 + 0.3, abs=0.02)
    samples, rate = soundfile.read(tmp_path / clip.file)
    assert rate == 16_000
    spectrum = np.abs(np.fft.rfft(samples))
    assert spectrum.argmax() * 16_000 / len(samples) == pytest.approx(240, abs=3)
    assert np.abs(samples).max() == pytest.approx(0.5, abs=0.01)
    assert not samples[:1590].any()
    assert samples[1600:1700].any()
    assert not samples[-3190:].any()


@pytest.mark.parametrize("unusable", ["a mute one", "a slow one"])
def test_a_failing_or_hanging_engine_writes_nothing(tmp_path, monkeypatch, unusable):
    monkeypatch.setattr(render, "TIMEOUT", 0.1)
    assert render_clip(next(plan(unusable).clips()), tmp_path) == 0.0
    assert not list(tmp_path.iterdir())
