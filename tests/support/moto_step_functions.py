"""Configure moto's server to run state machines, and their Lambda functions in another process."""

from typing import Any
from urllib.parse import quote

import requests
from moto.awslambda.models import LambdaBackend
from moto.core.config import default_user_config
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from tests.support.waiting import wait_until


class _NoSleep:
    """Replacement of the module `time` in moto's retrier."""

    @staticmethod
    def sleep(seconds: float) -> None:
        """Return immediately."""


def run_state_machines(lambda_url: str) -> None:
    """Enable moto's interpreter, without its delays between attempts.

    Parameters
    ----------
    lambda_url : str
        HTTP endpoint of `tests.support.state_machine.LambdaEndpoint`.
    """
    default_user_config["stepfunctions"]["execute_state_machine"] = True
    retrier_decl.time = _NoSleep  # type: ignore[attr-defined,assignment]
    start = ExecutionWorker.start

    def start_and_wait(worker: ExecutionWorker) -> None:
        # Until the definition is parsed, moto answers ListMapRuns with status 500.
        start(worker)
        wait_until(lambda: worker.env is not None)

    ExecutionWorker.start = start_and_wait  # type: ignore[method-assign]
    _forward_invocations(lambda_url)


def _forward_invocations(url: str) -> None:
    """Send Lambda invocations to an HTTP endpoint instead of running containers."""

    def invoke(
        _: LambdaBackend,
        name: str,
        qualifier: str | None,
        body: Any,
        headers: Any,
        response_headers: dict[str, str],
    ) -> bytes:
        response = requests.post(f"{url}/{quote(name, safe='')}", data=body, timeout=600)
        if error := response.headers.get("x-amz-function-error"):
            response_headers["x-amz-function-error"] = error
        return response.content

    LambdaBackend.invoke = invoke  # type: ignore[method-assign,assignment]
