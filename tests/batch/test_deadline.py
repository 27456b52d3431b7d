import math

import pytest

from asr.errors import TooLongError
from batch.deadline import RESERVE_SECONDS, Deadline, OutOfTimeError, Pace


class Clock:
    """A clock that is set by hand; `deadline` is that of an invocation which began at 0."""

    def __init__(self, whole: float) -> None:
        self.now = 0.0
        self.deadline = Deadline(lambda: whole - self.now, whole)

    def __call__(self) -> float:
        return self.now


def watch(pace: Pace, clock: Clock, seconds_a_batch: float, audio: float) -> float:
    """Read 100 s of audio at a time; gives what was done when the pace ended it, or all."""
    done = 0.0
    while done < audio:
        pace(done, min(100.0, audio - done))
        clock.now += seconds_a_batch
        done += 100.0
    return done


def test_without_a_deadline_everything_is_done():
    clock = Clock(math.inf)
    pace = Pace(Deadline(), 1e6, clock=clock)
    assert watch(pace, clock, 1000.0, 10_000.0) == 10_000.0


def test_what_fits_is_done():
    clock = Clock(900.0)
    assert watch(Pace(clock.deadline, 8000.0, clock=clock), clock, 10.0, 8000.0) == 8000.0


def test_what_an_invocation_cannot_do_is_refused_as_soon_as_the_pace_is_known():
    clock = Clock(900.0)
    pace = Pace(clock.deadline, 20_000.0, clock=clock)
    with pytest.raises(TooLongError, match=r"10\.0 times .* 2:27:30 of audio; .* 5:33:20 or more"):
        watch(pace, clock, 10.0, 20_000.0)
    assert clock.now == 20.0  # two batches: the first pays for what happens once


def test_what_happens_once_does_not_count_for_the_pace():
    clock = Clock(900.0)
    pace = Pace(clock.deadline, 8000.0, clock=clock)
    pace(0.0, 100.0)
    clock.now = 90.0  # a cold start; 8,000 s of audio at that pace would take two hours
    pace(100.0, 100.0)
    clock.now = 100.0
    pace(200.0, 100.0)
    assert pace.speed == pytest.approx(0.1)


def test_what_no_header_announced_is_refused_as_soon_as_it_is_clear():
    clock = Clock(900.0)
    with pytest.raises(TooLongError, match="or more"):
        watch(Pace(clock.deadline, None, clock=clock), clock, 10.0, 20_000.0)
    assert 900.0 - RESERVE_SECONDS - 10.0 < clock.now <= 900.0 - RESERVE_SECONDS


def test_a_header_that_announces_too_little_gains_nothing():
    clock = Clock(900.0)
    with pytest.raises(TooLongError):
        watch(Pace(clock.deadline, 1.0, clock=clock), clock, 10.0, 20_000.0)
    assert clock.now <= 900.0 - RESERVE_SECONDS


def test_what_a_fresh_invocation_can_do_is_left_to_it():
    clock = Clock(900.0)
    clock.now = 500.0  # the objects before took so long
    with pytest.raises(OutOfTimeError, match="stopped at 0:03:20 of 1:23:20") as stopped:
        watch(Pace(clock.deadline, 5000.0, clock=clock), clock, 10.0, 5000.0)
    assert clock.now == 520.0
    assert stopped.value.seconds > 0


def test_the_pace_of_other_files_tells_before_the_start():
    clock = Clock(900.0)
    with pytest.raises(TooLongError):
        watch(Pace(clock.deadline, 20_000.0, speed=0.1, clock=clock), clock, 10.0, 20_000.0)
    assert clock.now == 0.0


def test_the_pace_of_other_files_has_the_benefit_of_the_doubt():
    clock = Clock(900.0)
    pace = Pace(clock.deadline, 8000.0, speed=0.15, clock=clock)
    assert watch(pace, clock, 10.0, 8000.0) == 8000.0


def test_nothing_is_begun_in_the_last_seconds():
    Deadline(lambda: RESERVE_SECONDS).check()
    with pytest.raises(OutOfTimeError):
        Deadline(lambda: RESERVE_SECONDS - 1).check()
