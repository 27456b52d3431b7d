"""Lease on one object, so that only one worker processes it at a time.

The lease is an object that only one of many can write. It names the time at which its owner is
stopped, so a killed owner blocks the others no longer than that. It only saves work: protection
against overwriting newer output does not depend on it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time as now
from uuid import uuid4

from batch import object_keys
from batch.deadline import Deadline, OutOfTimeError, RetryLaterError
from batch.store import ConflictError, OutputStore, StoredObject

MAX_LEASE_SECONDS = 24 * 3600.0  # for a worker without a deadline
CLOCK_SKEW_SECONDS = 5.0  # tolerated between machines
ATTEMPTS = 3


class LeaseHeldError(RetryLaterError):
    """Another worker holds the lease."""


@dataclass(frozen=True)
class Lease:
    """A lease that is valid until `expires`, seconds since the epoch."""

    key: str
    expires: float

    def check(self) -> None:
        """Raise OutOfTimeError if the lease has expired."""
        if now() >= self.expires:
            raise OutOfTimeError(f"the lease on {self.key!r} has expired", 0.0)


@contextmanager
def acquire(store: OutputStore, key: str, deadline: Deadline) -> Iterator[Lease]:
    """Hold the lease on an object for the duration of the block.

    Raises
    ------
    LeaseHeldError
        If another worker holds it.
    """
    name = object_keys.lease_key(key)
    expires = now() + min(deadline.remaining(), MAX_LEASE_SECONDS) + CLOCK_SKEW_SECONDS
    content = {"owner": str(uuid4()), "expires": datetime.fromtimestamp(expires, UTC).isoformat()}
    etag = _acquire(store, name, json.dumps(content).encode())
    try:
        # The owner stops earlier, in case the clocks of others are ahead.
        yield Lease(key, expires - CLOCK_SKEW_SECONDS)
    finally:
        # A failure to release does not matter: the lease expires.
        with suppress(Exception):
            store.delete(name, etag)


def _acquire(store: OutputStore, name: str, content: bytes) -> str:
    """Write a new lease, or replace an expired one; returns its ETag."""
    replaces = None
    for _ in range(ATTEMPTS):
        with suppress(ConflictError):
            return store.put(name, content, "application/json", replaces)
        current = store.get(name)
        replaces = current.etag if current else None
        if current and (remaining := _remaining(current)) > 0:
            raise LeaseHeldError(f"another worker holds the lease {name}", remaining + 1.0)
    raise LeaseHeldError(f"could not acquire the lease {name}: too much contention", 1.0)


def _remaining(lease: StoredObject) -> float:
    """Seconds until a lease expires."""
    expires = datetime.fromisoformat(json.loads(lease.body)["expires"])
    return expires.timestamp() - now()
