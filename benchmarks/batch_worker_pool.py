"""Worker processes of the batch stress test, one of which is killed periodically."""

import random
import time
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Any

fork_server = get_context("forkserver")


@dataclass
class WorkerPool:
    """Processes of which a random one is killed every `kill_seconds`, and replaced."""

    count: int
    arguments: tuple[Any, ...]
    kill_seconds: float
    kills: int = 0

    def __post_init__(self) -> None:
        self._running = [self._start() for _ in range(self.count)]
        self._next_kill = time.monotonic() + self.kill_seconds

    def _start(self) -> BaseProcess:
        from benchmarks.batch_worker import work  # noqa: PLC0415 - reads the environment

        process = fork_server.Process(target=work, args=self.arguments, daemon=True)
        process.start()
        return process

    def kill_one_when_due(self) -> None:
        """Kill a random process with SIGKILL if it is time to."""
        if time.monotonic() < self._next_kill:
            return
        self._next_kill = time.monotonic() + self.kill_seconds
        index = random.randrange(self.count)
        self._running[index].kill()
        self._running[index].join()
        self._running[index] = self._start()
        self.kills += 1

    def stop(self) -> None:
        """Kill all processes."""
        for process in self._running:
            process.kill()
            process.join()
