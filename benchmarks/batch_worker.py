"""Worker process of the batch stress test: polls the queue and calls the batch function.

The fork server imports this module, and with it the slow imports, once.
"""

import os
import time
from dataclasses import dataclass, field

from batch import deadline
from handlers import batch
from tests.support.api_events import Context
from tests.support.sqs_poller import Event, Queue, poll

RESERVE_SHARE = 0.25  # of the time-out, for writing the output; the function's is far longer
PAUSE_SECONDS = 0.2  # after an empty receive; long polling would block moto's server


@dataclass
class Invocation(Context):
    """Lambda context of an invocation that has just started and has `seconds`."""

    started: float = field(default_factory=time.monotonic)

    def get_remaining_time_in_millis(self) -> int:
        """Remaining time, as in Lambda's context."""
        return round((self.seconds - (time.monotonic() - self.started)) * 1000)


def work(queue: Queue, function_seconds: float, log: str) -> None:
    """Process messages until killed."""
    deadline.RESERVE_SECONDS = RESERVE_SHARE * function_seconds
    os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT), 1)

    def function(event: Event) -> Event:
        response: Event = batch.handler(event, Invocation(seconds=function_seconds))
        return response

    while True:
        if not poll(queue, function):
            time.sleep(PAUSE_SECONDS)
