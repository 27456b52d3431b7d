"""The bulk state machine in moto's interpreter, with the real batch function.

The deployed definition is adapted where moto 5.2.5 does not run Distributed Maps faithfully. It
lacks `ItemBatcher`: an `ItemSelector` makes batches of one, as `MaxItemsPerBatch: 1` would. Nor has
it `InputType: MANIFEST`: the rows of an inventory are read as the CSV file that they are stored in.
Everything else is run as deployed. moto lists 1,000 objects at most, ignores
`ToleratedFailurePercentage`, and writes an empty report.
"""

import json
import re
import threading
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import yaml

from tests.support.api_events import Context

DEFINITION = Path(__file__).parents[2] / "statemachine" / "bulk.asl.yaml"
FUNCTION_PREFIX = "arn:aws:lambda:us-east-1:123456789012:function:"
INVENTORY_COLUMNS = ["Bucket", "Key", "Size", "ETag"]

Document = dict[str, Any]


def deployed(output_bucket: str, function: str = f"{FUNCTION_PREFIX}batch") -> Document:
    """Definition with the substitutions of the template."""
    values = {"Partition": "aws", "BatchFunction": function, "OutputBucket": output_bucket}
    text = re.sub(r"\$\{(\w+)\}", lambda name: values[name[1]], DEFINITION.read_text())
    definition: Document = yaml.safe_load(text)
    return definition


def interpretable(definition: Document) -> Document:
    """Definition adapted to moto's interpreter."""
    adapted = deepcopy(definition)
    for state in adapted["States"].values():
        if state["Type"] != "Map":
            continue
        batch = state.pop("ItemBatcher")["BatchInput"]
        items = "States.Array($$.Map.Item.Value)"
        state["ItemSelector"] = {"Items.$": items, "BatchInput": batch}
        if state["ItemReader"].get("ReaderConfig") == {"InputType": "MANIFEST"}:
            state["ItemReader"]["ReaderConfig"] = {
                "InputType": "CSV",
                "CSVHeaderLocation": "GIVEN",
                "CSVHeaders": INVENTORY_COLUMNS,
            }
    return adapted


@dataclass
class Lambda:
    """Lambda function run in this process; records its responses and its concurrency.

    Its ARN is unique, so an execution that outlives its test cannot invoke the function of the
    next one.
    """

    handler: Callable[[Document, Context], Document]
    arn: str = field(default_factory=lambda: f"{FUNCTION_PREFIX}batch-{uuid4().hex}")
    responses: list[Document] = field(default_factory=list)
    max_concurrency: int = 0
    _running: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def invoke(self, event: Document) -> tuple[Document, bool]:
        """Call the handler; returns its response or error, and whether it succeeded."""
        with self._lock:
            self._running += 1
            self.max_concurrency = max(self.max_concurrency, self._running)
        try:
            response, succeeded = self.handler(event, Context()), True
        except Exception as error:
            response = {"errorType": type(error).__name__, "errorMessage": str(error)}
            succeeded = False
        with self._lock:
            self._running -= 1
            self.responses.append(response)
        return response, succeeded

    @property
    def outcomes(self) -> dict[str, str]:
        """Last status of each key."""
        return {
            outcome["key"]: outcome["status"]
            for response in self.responses
            for outcome in response.get("outcomes", [])
        }


class LambdaEndpoint:
    """HTTP server that invokes registered functions by ARN, for `moto_step_functions`."""

    def __init__(self) -> None:
        self.functions: dict[str, Lambda] = {}
        functions = self.functions

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                function = functions.get(unquote(self.path.removeprefix("/")))
                if function is None:
                    response: Document = {"errorType": "ResourceNotFoundException"}
                    succeeded = False
                else:
                    response, succeeded = function.invoke(json.loads(body))
                content = json.dumps(response).encode()
                self.send_response(200)
                if not succeeded:
                    self.send_header("x-amz-function-error", "Unhandled")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *arguments: Any) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "LambdaEndpoint":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
