"""The claim on one object: whoever makes it works, all others come back later.

It is an object that only one of many can write, and it names the time when its owner is stopped: a
killed one holds up nobody for longer. It saves work; that nothing newer is overwritten does not
rest on it.
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
from batch.store import ConflictError, Store, Stored

LONGEST_SECONDS = 24 * 3600.0  # of who has no deadline
MARGIN_SECONDS = 5.0  # clocks differ
ATTEMPTS = 3


class BusyError(RetryLaterError):
    """Another worker is at it."""


@dataclass(frozen=True)
class Lease:
    """A claim that holds until `expires`, seconds since the epoch."""

    key: str
    expires: float

    def check(self) -> None:
        """Raise OutOfTimeError if it holds no more."""
        if now() >= self.expires:
            raise OutOfTimeError(f"the lease on {self.key!r} has expired", 0.0)


@contextmanager
def held(store: Store, key: str, deadline: Deadline) -> Iterator[Lease]:
    """Claim an object for as long as this block runs.

    Raises
    ------
    BusyError
        If another has claimed it.
    """
    name = object_keys.lease_key(key)
    expires = now() + min(deadline.remaining(), LONGEST_SECONDS) + MARGIN_SECONDS
    content = {"owner": str(uuid4()), "expires": datetime.fromtimestamp(expires, UTC).isoformat()}
    etag = _claim(store, name, json.dumps(content).encode())
    try:
        # Others may take it over before that, should their clocks be ahead.
        yield Lease(key, expires - MARGIN_SECONDS)
    finally:
        # Whatever fails here, the object is answered or will be, and the lease expires.
        with suppress(Exception):
            store.delete(name, etag)


def _claim(store: Store, name: str, content: bytes) -> str:
    """Write the lease where there is none, or over one that has expired; gives its tag."""
    replaces = None
    for _ in range(ATTEMPTS):
        with suppress(ConflictError):
            return store.write(name, content, "application/json", replaces)
        standing = store.read(name)
        replaces = standing.etag if standing else None
        if standing and (remaining := _remaining(standing)) > 0:
            raise BusyError(f"another worker has {name}", remaining + 1.0)
    raise BusyError(f"others are faster to claim {name}", 1.0)


def _remaining(standing: Stored) -> float:
    """Seconds for which a lease still counts."""
    expires = datetime.fromisoformat(json.loads(standing.body)["expires"])
    return expires.timestamp() - now()
