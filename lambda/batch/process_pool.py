"""A whole folder, answered by parallel processes of this machine."""

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
from batch.local_folder import WORK, FolderSources, FolderStore
from batch.object_keys import LEASES
from batch.worker import Worker


@dataclass(frozen=True)
class Run:
    """What every process of a run has to know."""

    folder: Path
    out: Path
    settings: Settings


@cache
def _worker(run: Run) -> Worker:
    """The one Worker of a process."""
    sources, store = FolderSources(run.folder), FolderStore(run.out)
    return Worker(sources, store, warm_transcriber(run.settings), run.settings)


def answer(run: Run, key: str) -> tuple[str, str]:
    """Answer one file; gives what became of it, and why it was refused."""
    outcome = _worker(run).answer(ObjectEvent(bucket="", key=key), Deadline())
    return outcome.status, str(outcome.error or "")


def answer_all(run: Run, keys: Sequence[str], processes: int) -> Counter[str]:
    """Answer all files in parallel; gives how many came to which end."""
    ends: Counter[str] = Counter()
    # One thread each: so many processes would only be in each other's way with more.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tqdm(total=len(keys), unit="file", disable=None) as bar:
        for key, end, reason in _ends(run, keys, processes):
            ends[end] += 1
            bar.update()
            if reason:
                tqdm.write(f"{key}: {end}: {reason}", file=sys.stderr)
    return ends


def _ends(run: Run, keys: Sequence[str], processes: int) -> Iterator[tuple[str, str, str]]:
    """What becomes of each file, and why, as they come to an end.

    Where a process dies, killed for its memory perhaps, the files that were at work are tried anew,
    each by itself, so that only the one whose process dies again has failed.
    """
    left = deque(keys)
    while left:
        for key in (yield from _until_one_dies(run, left, processes)):
            if (yield from _until_one_dies(run, deque([key]), 1)):
                yield key, "failed", "the process that was at it died"


def _until_one_dies(
    run: Run, left: deque[str], processes: int
) -> Generator[tuple[str, str, str], None, list[str]]:
    """Take files from `left` and answer them; gives those at work when a process died, or none."""
    at_work: dict[Future[tuple[str, str]], str] = {}
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _live_with_parent)
    try:
        while left or at_work:
            while left and len(at_work) < processes:
                with _interrupts_held():  # submitting starts processes
                    at_work[pool.submit(answer, run, left[0])] = left[0]
                left.popleft()
            for future in wait(at_work, return_when=FIRST_COMPLETED).done:
                end = _end(future)
                yield at_work.pop(future), *end
    except BrokenProcessPool:
        pool.shutdown(wait=False)
        return list(at_work.values())
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
    return []


def _end(future: Future[tuple[str, str]]) -> tuple[str, str]:
    try:
        return future.result()
    except BrokenProcessPool:
        raise
    except Exception as failure:  # whatever it is, the other files go on
        return "failed", str(failure) or repr(failure)


def _live_with_parent() -> None:
    """Let a killed run leave no process behind."""
    parent = parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        Thread(target=follow, daemon=True).start()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """An interrupt waits for the end of this, and never reaches processes that are started in it.

    They inherit that it is blocked; one that ignored it from its first line on would still be
    interrupted, and leave a trace, while Python starts.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Be the only run that writes to a folder; so all leases there are those of killed ones.

    Raises
    ------
    BlockingIOError
        If there is another.
    """
    work = out / WORK
    work.mkdir(parents=True, exist_ok=True)
    with (work / "run").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for lease in (out / LEASES).rglob("*.lease"):
            lease.unlink()
        yield
