from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from tests.support.fakes import (
    PEOPLE,
    TEXT,
    only_singer,
    plan,
)
from training.synthesis.plan import draw
from training.synthesis.voices import Voice


@pytest.fixture(autouse=True)
def singer():
    with only_singer():
        yield


def test_clips_are_the_same_for_a_seed_and_others_for_another():
    first = list(islice(draw(plan()), 20))
    assert first == list(islice(draw(plan()), 20))
    assert first != list(islice(draw(plan(seed=2)), 20))


def test_every_sentence_comes_once_before_any_comes_twice():
    spoken = [clip.sentence for clip in islice(draw(plan()), 16)]
    assert sorted(spoken[:8]) == sorted(spoken[8:]) == sorted(TEXT)
    assert spoken[:8] != TEXT


def test_people_are_drawn_alike_however_many_voices_they_have():
    many = [Voice("singer", f"anna{i}", "", "anna") for i in range(20)]
    drawn = [clip.voice.person for clip in islice(draw(plan(voices=[*many, PEOPLE[1]])), 400)]
    assert drawn.count("ben") == pytest.approx(200, abs=50)


def test_voices_differ_from_themselves_by_the_variation_of_the_plan():
    def spread(variation):
        clips = islice(draw(replace(plan(), variation=variation)), 200)
        return np.array([(c.size, c.manner.rate / c.size, c.manner.pitch / c.size) for c in clips])

    assert (spread(0.0) == 1).all()
    assert np.abs(spread(0.5) - 1 - (spread(1.0) - 1) / 2).max() < 1e-9
    assert (spread(1.0).min(0) > (0.88, 0.8, 0.8)).all()
    assert (spread(1.0).max(0) > (1.1, 1.25, 1.2)).all()
