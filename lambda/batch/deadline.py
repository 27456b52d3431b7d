"""Time: how much an invocation has, and whether a file can be done in it at the measured pace."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from asr.errors import TooLongError

RESERVE_SECONDS = 15.0  # to write the answer and give back the lease, with S3 slow
DOUBT = 1.5  # how far off the pace of other files may be for this one
AGAIN_SECONDS = 30.0  # until the next attempt of what ran out of time


class RetryLaterError(Exception):
    """The same may well succeed in `seconds`."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class OutOfTimeError(RetryLaterError):
    """This invocation cannot finish what a fresh one can."""


@dataclass(frozen=True)
class Deadline:
    """When the one who works here is stopped.

    Attributes
    ----------
    remaining : callable
        Seconds left, now.
    whole : float
        Seconds that an invocation has which does nothing else.
    """

    remaining: Callable[[], float] = lambda: math.inf
    whole: float = math.inf

    def check(self) -> None:
        """Raise OutOfTimeError if there is no time left to begin anything."""
        if self.remaining() < RESERVE_SECONDS:
            raise OutOfTimeError("no time is left to begin", AGAIN_SECONDS)


class Pace:
    """Watches one transcription, and ends it in time; a `Watch` of `asr.recognisers`.

    Parameters
    ----------
    deadline : Deadline
        Of the invocation.
    announced : float or None
        Seconds of audio by the header. What it does not tell is found out on the way.
    speed : float or None
        Seconds of work to a second of audio, as measured on other files.

    Attributes
    ----------
    speed : float or None
        As measured on this file, as soon as it is.
    """

    def __init__(
        self,
        deadline: Deadline,
        announced: float | None,
        speed: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._deadline = deadline
        self._announced = announced or 0.0
        self._clock = clock
        self._first: tuple[float, float] | None = None  # audio and time, after the first batch
        self._measured = False
        self.speed = speed

    def __call__(self, done: float, coming: float) -> None:
        """Raise unless what is left can be done.

        Raises
        ------
        TooLongError
            If a whole invocation is too short for this file.
        OutOfTimeError
            If only what is left of this one is.
        """
        self._measure(done)
        if self.speed is None:
            return
        total = max(self._announced, done + coming)
        doubt = 1.0 if self._measured else DOUBT
        if self._seconds(total) > self._deadline.whole * doubt:
            raise TooLongError(
                f"One run has {self._deadline.whole:.0f} seconds, which at "
                f"{1 / self.speed:.1f} times the speed of speech are enough for "
                f"{_clock(self._possible())} of audio; this file has {_clock(total)} or more."
            )
        if self._seconds(total - done) > self._deadline.remaining() * doubt:
            raise OutOfTimeError(
                f"stopped at {_clock(done)} of {_clock(total)} of audio", AGAIN_SECONDS
            )

    def _measure(self, done: float) -> None:
        """Take the mean since the first batch, which also pays for what happens once."""
        now = self._clock()
        if self._first is None:
            if done:
                self._first = done, now
            return
        audio, started = self._first
        self.speed = (now - started) / (done - audio)
        self._measured = True

    def _seconds(self, audio: float) -> float:
        """Seconds that this much audio takes."""
        return audio * (self.speed or 0.0) + RESERVE_SECONDS

    def _possible(self) -> float:
        """Seconds of audio that an invocation can do."""
        return max(self._deadline.whole - RESERVE_SECONDS, 0.0) / (self.speed or 1.0)


def _clock(seconds: float) -> str:
    """Hours, minutes and seconds."""
    return str(timedelta(seconds=round(seconds)))
