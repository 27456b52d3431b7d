"""Batch transcription of a folder by parallel processes."""

import fcntl
import os
import signal
import sys
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread

from tqdm import tqdm

from asr.settings import Settings
from asr.transcriber import warm_transcriber
from batch.deadline import Deadline
from batch.events import ObjectEvent
from batch.local_folder import STATE_DIR, FolderInputStore, FolderOutputStore
from batch.object_keys import LEASES
from batch.worker import Worker


@dataclass(frozen=True)
class RunConfig:
    """Configuration of a run, shared by its processes."""

    folder: Path
    out: Path
    settings: Settings


@cache
def _worker(config: RunConfig) -> Worker:
    """Worker of this process."""
    inputs, outputs = FolderInputStore(config.folder), FolderOutputStore(config.out)
    return Worker(inputs, outputs, warm_transcriber(config.settings), config.settings)


def process_file(config: RunConfig, key: str) -> tuple[str, str]:
    """Process one file; returns its status, and the reason of a rejection."""
    outcome = _worker(config).process(ObjectEvent(bucket="", key=key), Deadline())
    return outcome.status, str(outcome.error or "")


def process_files(config: RunConfig, keys: Sequence[str], processes: int) -> Counter[str]:
    """Process files in parallel; returns the number of files by status."""
    counts: Counter[str] = Counter()
    # One thread each: more would only compete with the other processes.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tqdm(total=len(keys), unit="file", disable=None) as bar:
        for key, status, reason in _statuses(config, keys, processes):
            counts[status] += 1
            bar.update()
            if reason:
                tqdm.write(f"{key}: {status}: {reason}", file=sys.stderr)
    return counts


def _statuses(
    config: RunConfig, keys: Sequence[str], processes: int
) -> Iterator[tuple[str, str, str]]:
    """Key, status and reason of each file, in order of completion.

    When a process dies, killed for its memory perhaps, the files in progress are retried one at a
    time, so that only the one whose process dies again counts as failed.
    """
    pending = deque(keys)
    while pending:
        for key in (yield from _process_until_crash(config, pending, processes)):
            if (yield from _process_until_crash(config, deque([key]), 1)):
                yield key, "failed", "the worker process died"


def _process_until_crash(
    config: RunConfig, pending: deque[str], processes: int
) -> Generator[tuple[str, str, str], None, list[str]]:
    """Process files from `pending`; returns those in progress when a process died, or none."""
    in_progress: dict[Future[tuple[str, str]], str] = {}
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _exit_with_parent)
    try:
        while pending or in_progress:
            while pending and len(in_progress) < processes:
                with _interrupts_blocked():  # submitting starts processes
                    in_progress[pool.submit(process_file, config, pending[0])] = pending[0]
                pending.popleft()
            for future in wait(in_progress, return_when=FIRST_COMPLETED).done:
                status = _status(future)
                yield in_progress.pop(future), *status
    except BrokenProcessPool:
        pool.shutdown(wait=False)
        return list(in_progress.values())
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
    return []


def _status(future: Future[tuple[str, str]]) -> tuple[str, str]:
    try:
        return future.result()
    except BrokenProcessPool:
        raise
    except Exception as failure:  # any failure of one file leaves the others running
        return "failed", str(failure) or repr(failure)


def _exit_with_parent() -> None:
    """Exit as soon as the parent process does, so a killed run leaves no processes."""
    parent = parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        Thread(target=follow, daemon=True).start()


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Defer SIGINT to the end of the block; processes started in it inherit the blocked signal.

    A process that only ignored the signal from its first line on could still be interrupted while
    Python starts, and print a traceback.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@contextmanager
def exclusive_run(out: Path) -> Iterator[None]:
    """Lock an output folder, and delete the leases in it, which are left from killed runs.

    Raises
    ------
    BlockingIOError
        If another run holds the lock.
    """
    state = out / STATE_DIR
    state.mkdir(parents=True, exist_ok=True)
    with (state / "run").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for lease in (out / LEASES).rglob("*.lease"):
            lease.unlink()
        yield
