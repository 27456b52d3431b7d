import numpy as np
import pytest

from training.bootstrap import interval


def test_the_interval_covers_the_true_rate_as_often_as_it_says():
    random = np.random.default_rng(1)
    covered = 0
    for _ in range(100):
        units = random.integers(3, 20, 60)
        low, high = interval(random.binomial(units, 0.3).tolist(), units.tolist())
        covered += low <= 0.3 <= high
    assert 85 <= covered <= 100


def test_more_utterances_make_it_narrower():
    few, many = interval([0, 1] * 10, [2] * 20), interval([0, 1] * 1000, [2] * 2000)
    assert few[1] - few[0] > 5 * (many[1] - many[0])


def test_utterances_that_are_alike_leave_no_doubt():
    assert interval([1, 1, 1], [4, 4, 4]) == (0.25, 0.25)


def test_the_same_seed_draws_the_same():
    errors, units = [0, 1, 3, 0, 2], [4, 4, 5, 6, 2]
    assert interval(errors, units) == interval(errors, units)
    assert interval(errors, units) != interval(errors, units, seed=1)


def test_draws_without_any_words_do_not_divide_by_nothing():
    low, high = interval([1, 0], [0, 5])
    assert np.isfinite([low, high]).all()
    assert low == pytest.approx(0.0)
