"""Steps of a long command, on standard error."""

import sys
import time


class Steps:
    """Prints each step when it begins, with its number and the seconds since the first.

    Parameters
    ----------
    total : int
        Number of steps.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._count = 0
        self._started = time.monotonic()

    def begin(self, text: str) -> None:
        """Print the next step."""
        self._count += 1
        seconds = time.monotonic() - self._started
        print(
            f"[{self._count}/{self._total}] {text} ({seconds:.0f} s)", file=sys.stderr, flush=True
        )
