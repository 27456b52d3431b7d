import pytest

from training.time_errors import time_errors


def test_both_edges_count():
    errors = time_errors([((0.0, 1.0), (0.1, 1.0)), ((2.0, 3.0), (2.0, 3.3))])
    assert (errors.words, errors.mean, errors.median) == (2, 0.1, 0.05)
    assert errors.percentile_95 == pytest.approx(0.27, abs=1e-3)
