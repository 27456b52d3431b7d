import math

import pytest

from asr.errors import TooLongError
from batch.deadline import RESERVE_SECONDS, Deadline, OutOfTimeError, RuntimeEstimate


class Clock:
    """Manual clock; `deadline` is that of an invocation that began at 0."""

    def __init__(self, total: float) -> None:
        self.now = 0.0
        self.deadline = Deadline(lambda: total - self.now, total)

    def __call__(self) -> float:
        return self.now


def run(estimate: RuntimeEstimate, clock: Clock, seconds_per_batch: float, audio: float) -> float:
    """Process audio in batches of 100 s; returns the processed seconds."""
    done = 0.0
    while done < audio:
        estimate(done, min(100.0, audio - done))
        clock.now += seconds_per_batch
        done += 100.0
    return done


def test_without_a_deadline_all_audio_is_processed():
    clock = Clock(math.inf)
    estimate = RuntimeEstimate(Deadline(), 1e6, clock=clock)
    assert run(estimate, clock, 1000.0, 10_000.0) == 10_000.0


def test_audio_that_fits_the_deadline_is_processed():
    clock = Clock(900.0)
    assert run(RuntimeEstimate(clock.deadline, 8000.0, clock=clock), clock, 10.0, 8000.0) == 8000.0


def test_audio_too_long_for_an_invocation_is_rejected_once_the_speed_is_measured():
    clock = Clock(900.0)
    estimate = RuntimeEstimate(clock.deadline, 20_000.0, clock=clock)
    with pytest.raises(TooLongError, match=r"10\.0 times .* 2:27:30 of audio; .* 5:33:20 or more"):
        run(estimate, clock, 10.0, 20_000.0)
    assert clock.now == 20.0  # two batches: the first includes the one-off costs


def test_the_first_batch_is_left_out_of_the_measurement():
    clock = Clock(900.0)
    estimate = RuntimeEstimate(clock.deadline, 8000.0, clock=clock)
    estimate(0.0, 100.0)
    clock.now = 90.0  # a cold start; at this speed 8,000 s of audio would take two hours
    estimate(100.0, 100.0)
    clock.now = 100.0
    estimate(200.0, 100.0)
    assert estimate.real_time_factor == pytest.approx(0.1)


def test_too_long_audio_without_a_header_duration_is_rejected_before_the_deadline():
    clock = Clock(900.0)
    with pytest.raises(TooLongError, match="or more"):
        run(RuntimeEstimate(clock.deadline, None, clock=clock), clock, 10.0, 20_000.0)
    assert 900.0 - RESERVE_SECONDS - 10.0 < clock.now <= 900.0 - RESERVE_SECONDS


def test_too_long_audio_with_a_short_header_duration_is_rejected_before_the_deadline():
    clock = Clock(900.0)
    with pytest.raises(TooLongError):
        run(RuntimeEstimate(clock.deadline, 1.0, clock=clock), clock, 10.0, 20_000.0)
    assert clock.now <= 900.0 - RESERVE_SECONDS


def test_audio_that_fits_a_new_invocation_is_postponed():
    clock = Clock(900.0)
    clock.now = 500.0  # spent on earlier objects
    with pytest.raises(OutOfTimeError, match="stopped at 0:03:20 of 1:23:20") as stopped:
        run(RuntimeEstimate(clock.deadline, 5000.0, clock=clock), clock, 10.0, 5000.0)
    assert clock.now == 520.0
    assert stopped.value.seconds > 0


def test_the_speed_of_earlier_files_rejects_too_long_audio_before_the_first_batch():
    clock = Clock(900.0)
    with pytest.raises(TooLongError):
        run(
            RuntimeEstimate(clock.deadline, 20_000.0, real_time_factor=0.1, clock=clock),
            clock,
            10.0,
            20_000.0,
        )
    assert clock.now == 0.0


def test_the_speed_of_earlier_files_is_applied_with_a_safety_factor():
    clock = Clock(900.0)
    estimate = RuntimeEstimate(clock.deadline, 8000.0, real_time_factor=0.15, clock=clock)
    assert run(estimate, clock, 10.0, 8000.0) == 8000.0


def test_nothing_is_started_in_the_last_seconds():
    Deadline(lambda: RESERVE_SECONDS).check()
    with pytest.raises(OutOfTimeError):
        Deadline(lambda: RESERVE_SECONDS - 1).check()
