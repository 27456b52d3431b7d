"""Fault injection for the batch worker: run code, or kill the process, before any of its steps.

Killed and concurrent workers are processes of a fork server that has imported everything once.
"""

import os
import signal
from collections.abc import Callable
from multiprocessing import get_context
from typing import Any

from asr.settings import Settings
from asr.transcriber import warm_transcriber
from batch.deadline import Deadline
from batch.events import ObjectEvent
from batch.lease import LeaseHeldError
from batch.worker import Worker
from tests.support.batch_stores import Place

ALL_FORMATS = ("text", "srt", "vtt")
CHANGES = frozenset({"put", "delete"})

fork_server = get_context("forkserver")
fork_server.set_forkserver_preload([__name__])


class StepProxy:
    """Proxy that calls `before` with the name of each method before delegating to it."""

    def __init__(self, wrapped: Any, before: Callable[[str], None]) -> None:
        self._wrapped = wrapped
        self._before = before

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._wrapped, name)

        def step(*arguments: Any) -> Any:
            self._before(name)
            return method(*arguments)

        return step


def worker(place: Place, model: str, before: Callable[[str], None] = lambda _: None) -> Worker:
    """Worker that writes all formats; `before` is called before each step with its name."""
    settings = Settings(model_uri=model, batch_formats=ALL_FORMATS)
    inputs, outputs = StepProxy(place.inputs(), before), StepProxy(place.outputs(), before)
    return Worker(inputs, outputs, warm_transcriber(settings), settings)


def process(place: Place, model: str, event: ObjectEvent) -> str:
    """Process one event; returns its status, or `leased` if another worker holds the lease."""
    try:
        return worker(place, model).process(event, Deadline(lambda: 60.0)).status
    except LeaseHeldError:
        return "leased"


def process_until(
    environment: dict[str, str], place: Place, model: str, event: ObjectEvent, change: int
) -> None:
    """Process one event, killing this process right before change number `change`, from 0."""
    _adopt(environment)
    left = change

    def before(step: str) -> None:
        nonlocal left
        if step in CHANGES:
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    worker(place, model, before).process(event, Deadline(lambda: 60.0))


def _adopt(environment: dict[str, str]) -> None:
    """Set the environment: a forked process inherits the fork server's."""
    os.environ.update(environment)


def process_concurrently(place: Place, model: str, announced: list[ObjectEvent]) -> list[str]:
    """Process events by two processes; returns the status of each."""
    tasks = [(place, model, event) for event in announced]
    with fork_server.Pool(2, _adopt, (dict(os.environ),)) as pool:
        return pool.starmap(process, tasks, chunksize=1)


def was_killed(place: Place, model: str, event: ObjectEvent, change: int) -> bool:
    """Run `process_until` in another process; False if it completed."""
    arguments = (dict(os.environ), place, model, event, change)
    killed = fork_server.Process(target=process_until, args=arguments)
    killed.start()
    killed.join()
    assert killed.exitcode in {0, -signal.SIGKILL}
    return killed.exitcode != 0
