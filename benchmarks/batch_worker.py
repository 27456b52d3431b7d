"""One worker of the stress test: takes messages as Lambda does, calls the batch function, for ever.

The server that workers are forked from imports this, and with it all that is slow, once.
"""

import os
import time
from dataclasses import dataclass, field

from handlers import batch
from tests.support.api_events import Context
from tests.support.sqs_poller import Event, Queue, poll

PAUSE_SECONDS = 0.2  # where there was no message; the server would keep others waiting meanwhile


@dataclass
class Invocation(Context):
    """The context of a function that has just been called, and may take `seconds`."""

    started: float = field(default_factory=time.monotonic)

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's."""
        return round((self.seconds - (time.monotonic() - self.started)) * 1000)


def work(queue: Queue, function_seconds: float, log: str) -> None:
    """Take messages until killed."""
    os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT), 1)

    def function(event: Event) -> Event:
        answer: Event = batch.handler(event, Invocation(seconds=function_seconds))
        return answer

    while True:
        if not poll(queue, function):
            time.sleep(PAUSE_SECONDS)
