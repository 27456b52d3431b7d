"""Deadline of an invocation, and a run-time estimate that stops a transcription in time."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from asr.errors import TooLongError

RESERVE_SECONDS = 15.0  # to write the output and release the lease while S3 is slow
# Factor by which the speed measured on other files may be off. None is applied to a measurement of
# the file itself.
SAFETY_FACTOR = 1.5
RETRY_SECONDS = 30.0  # delay before the next attempt after a time-out


class RetryLaterError(Exception):
    """A temporary failure; retry after `seconds`."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class OutOfTimeError(RetryLaterError):
    """The rest of this invocation is too short; a new invocation may suffice."""


@dataclass(frozen=True)
class Deadline:
    """Deadline of an invocation.

    Attributes
    ----------
    remaining : callable
        Returns the seconds left.
    total : float
        Seconds available to an invocation that processes one object only.
    """

    remaining: Callable[[], float] = lambda: math.inf
    total: float = math.inf

    def check(self) -> None:
        """Raise OutOfTimeError if too little time is left to start processing an object."""
        if self.remaining() < RESERVE_SECONDS:
            raise OutOfTimeError("too little time left to start", RETRY_SECONDS)


class RuntimeEstimate:
    """Progress callback of `asr.recognisers` that stops a transcription before a time-out.

    Parameters
    ----------
    deadline : Deadline
        Of the invocation.
    header_duration : float or None
        Seconds of audio by the file's header, None if it has none; corrected by the audio decoded.
    real_time_factor : float or None
        Processing seconds per second of audio, as measured on other files.

    Attributes
    ----------
    real_time_factor : float or None
        As measured on this file from its second batch on.
    """

    def __init__(
        self,
        deadline: Deadline,
        header_duration: float | None,
        real_time_factor: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._deadline = deadline
        self._header_duration = header_duration or 0.0
        self._clock = clock
        self._first: tuple[float, float] | None = None  # audio and time after the first batch
        self._measured = False
        self.real_time_factor = real_time_factor

    def __call__(self, done: float, coming: float) -> None:
        """Check that the rest can be processed in time.

        Parameters
        ----------
        done, coming : float
            Seconds of audio processed so far, and of the next batch.

        Raises
        ------
        TooLongError
            If even a whole invocation is too short for this file.
        OutOfTimeError
            If only the rest of this invocation is too short.
        """
        self._measure(done)
        if self.real_time_factor is None:
            return
        total = max(self._header_duration, done + coming)
        factor = 1.0 if self._measured else SAFETY_FACTOR
        if self._runtime(total) > self._deadline.total * factor:
            raise TooLongError(
                f"One run has {self._deadline.total:.0f} seconds, which at "
                f"{1 / self.real_time_factor:.1f} times real-time speed are enough for "
                f"{_clock(self._max_duration())} of audio; this file has {_clock(total)} or more."
            )
        if self._runtime(total - done) > self._deadline.remaining() * factor:
            raise OutOfTimeError(
                f"stopped at {_clock(done)} of {_clock(total)} of audio", RETRY_SECONDS
            )

    def _measure(self, done: float) -> None:
        """Average since the first batch, whose time includes the one-off costs."""
        now = self._clock()
        if self._first is None:
            if done:
                self._first = done, now
            return
        audio, started = self._first
        self.real_time_factor = (now - started) / (done - audio)
        self._measured = True

    def _runtime(self, audio: float) -> float:
        """Estimated seconds to process `audio` seconds and to write the output."""
        return audio * (self.real_time_factor or 0.0) + RESERVE_SECONDS

    def _max_duration(self) -> float:
        """Seconds of audio that fit a whole invocation."""
        return max(self._deadline.total - RESERVE_SECONDS, 0.0) / (self.real_time_factor or 1.0)


def _clock(seconds: float) -> str:
    """Hours, minutes and seconds."""
    return str(timedelta(seconds=round(seconds)))
