import pytest

from jobs.settings import JobSettings

BUCKETS = {"INPUT_BUCKET": "in", "OUTPUT_BUCKET": "out"}


def test_both_buckets_suffice():
    assert JobSettings.from_environment(BUCKETS) == JobSettings("in", "out", "", 2 * 1024**3)


def test_all_settings_come_from_the_environment():
    environment = BUCKETS | {"JOB_OWNER_KEY": "key", "JOB_MAX_BYTES": "1000"}
    assert JobSettings.from_environment(environment) == JobSettings("in", "out", "key", 1000)


@pytest.mark.parametrize("environment", [{}, {"INPUT_BUCKET": "in"}, {"OUTPUT_BUCKET": "out"}])
def test_without_both_buckets_there_are_no_settings(environment: dict[str, str]):
    assert JobSettings.from_environment(environment) is None


def test_a_limit_that_is_not_a_number_is_rejected():
    with pytest.raises(ValueError, match="invalid literal"):
        JobSettings.from_environment(BUCKETS | {"JOB_MAX_BYTES": "plenty"})
