"""Wait for a condition by polling with a deadline, instead of sleeping for a fixed time."""

import time
from collections.abc import Callable

TIMEOUT_SECONDS = 60.0
POLL_SECONDS = 0.05


def wait_until(
    condition: Callable[[], object],
    timeout: float = TIMEOUT_SECONDS,
    interval: float = POLL_SECONDS,
    describe: Callable[[], object] = lambda: "",
) -> None:
    """Poll until `condition` is true; raises TimeoutError with `describe()` after `timeout` s."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"condition not met within {timeout:.0f} s: {describe()}")
        time.sleep(interval)
