"""moto's server as a separate process: `python -m tests.support.moto_server [--lambda-url URL]`.

Prints its address and serves until its standard input is closed, hence at most as long as its
parent runs. In a thread of pytest, a crash of the interpreter (Python 3.11 can run out of stack
where moto's routes and its Step Functions parser are first compiled) would end all tests.
"""

import argparse
import os
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

LAMBDA_PATH = "/2015-03-31/functions/"
STACK_BYTES = 64 * 1024 * 1024  # of each thread; virtual memory until used
RECURSION_LIMIT = 10_000


class Serialised:
    """WSGI middleware that handles one request at a time.

    moto's conditional writes first compare and then write; this makes them atomic. Invocations of
    Lambda functions are exempt, since a function sends requests itself.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(LAMBDA_PATH):
            return self._application(environ, start)
        with self._lock:
            return list(self._application(environ, start))


class SilentHandler(WSGIRequestHandler):
    """Request handler without an access log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


def main() -> None:
    """Serve until standard input is closed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--lambda-url", help="run state machines; endpoint of their functions")
    options = parser.parse_args()
    threading.stack_size(STACK_BYTES)
    sys.setrecursionlimit(RECURSION_LIMIT)
    application = Serialised(DomainDispatcherApplication(create_backend_app))
    served = make_server(
        options.address, 0, application, threaded=True, request_handler=SilentHandler
    )
    os.environ["MOTO_PORT"] = str(served.server_port)  # used by the interpreter's own requests
    if options.lambda_url:
        from tests.support import moto_step_functions  # noqa: PLC0415 - seconds of imports

        moto_step_functions.run_state_machines(options.lambda_url)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    print(f"http://{options.address}:{served.server_port}", flush=True)
    sys.stdin.read()
    os._exit(0)  # without waiting for executions in progress


if __name__ == "__main__":
    main()
