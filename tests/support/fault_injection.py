"""What the tests of convergence do to a worker: overtake it, or kill it, before any of its steps.

Runs in processes of its own, from a server that has imported all this once.
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
from batch.lease import BusyError
from batch.worker import Worker
from tests.support.batch_stores import Place

ALL_FORMS = ("text", "srt", "vtt")
CHANGES = frozenset({"write", "delete"})

fork_server = get_context("forkserver")
fork_server.set_forkserver_preload([__name__])


class Stepped:
    """Passes every call on, and tells its name before: what is done there happens in between."""

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
    """A worker at a place that writes all forms; `before` is called before each of its steps."""
    settings = Settings(model_uri=model, batch_formats=ALL_FORMS)
    sources, store = Stepped(place.sources(), before), Stepped(place.store(), before)
    return Worker(sources, store, warm_transcriber(settings), settings)


def answer(place: Place, model: str, event: ObjectEvent) -> str:
    """Answer one event; gives its status, or that another is at it."""
    try:
        return worker(place, model).answer(event, Deadline(lambda: 60.0)).status
    except BusyError:
        return "busy"


def answer_until(
    environment: dict[str, str], place: Place, model: str, event: ObjectEvent, change: int
) -> None:
    """Answer one event, and be killed right before the change of this number, from 0."""
    _adopt(environment)
    left = change

    def before(step: str) -> None:
        nonlocal left
        if step in CHANGES:
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    worker(place, model, before).answer(event, Deadline(lambda: 60.0))


def _adopt(environment: dict[str, str]) -> None:
    """Take over an environment: a process has that of the server it comes from."""
    os.environ.update(environment)


def at_the_same_time(place: Place, model: str, announced: list[ObjectEvent]) -> list[str]:
    """Answer events by two processes; gives the status of each."""
    tasks = [(place, model, event) for event in announced]
    with fork_server.Pool(2, _adopt, (dict(os.environ),)) as pool:
        return pool.starmap(answer, tasks, chunksize=1)


def was_killed(place: Place, model: str, event: ObjectEvent, change: int) -> bool:
    """Run `answer_until` in another process; False if it came to its end."""
    arguments = (dict(os.environ), place, model, event, change)
    process = fork_server.Process(target=answer_until, args=arguments)
    process.start()
    process.join()
    assert process.exitcode in {0, -signal.SIGKILL}
    return process.exitcode != 0
