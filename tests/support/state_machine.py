"""The state machine as moto interprets it, with the real batch function behind Lambda's interface.

The interpreter runs Distributed Maps, with an item a batch: it knows neither `ItemBatcher` nor
inventories. So batches of one are made by an `ItemSelector`, which is what an `ItemBatcher` of
`MaxItemsPerBatch: 1` gives; and an inventory's rows come as the CSV file that it consists of. All
else is run as it is deployed. The interpreter lists a thousand objects at most, tolerates no
failure, and lists nothing in the report.
"""

import json
import re
import threading
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.api_events import Context

DEFINITION = Path(__file__).parents[2] / "statemachine" / "bulk.asl.yaml"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:batch"
INVENTORY_COLUMNS = ["Bucket", "Key", "Size", "ETag"]

Document = dict[str, Any]


def deployed(output_bucket: str) -> Document:
    """The definition with what the template substitutes."""
    values = {"Partition": "aws", "BatchFunction": FUNCTION, "OutputBucket": output_bucket}
    text = re.sub(r"\$\{(\w+)\}", lambda name: values[name[1]], DEFINITION.read_text())
    definition: Document = yaml.safe_load(text)
    return definition


def interpretable(definition: Document) -> Document:
    """What the interpreter can run of it, and without the waits between attempts."""
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
        for retry in state["ItemProcessor"]["States"]["Transcribe"]["Retry"]:
            retry |= {"IntervalSeconds": 1, "BackoffRate": 1, "MaxDelaySeconds": 2}
    return adapted


class WholeTime(Context):
    """Lambda's context of an invocation that has all its time."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@dataclass
class Lambda:
    """What stands for Lambda: calls the handler, counts how often and how often at once."""

    handler: Callable[[Document, Context], Document]
    answers: list[Document] = field(default_factory=list)
    most_at_once: int = 0
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def invoke(
        self, name: str, qualifier: str | None, body: Any, headers: Any, response: Any
    ) -> bytes:
        """In the place of `LambdaBackend.invoke`."""
        assert name == FUNCTION
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            answer = self.handler(json.loads(body), WholeTime())
        except Exception as error:
            response["x-amz-function-error"] = "Unhandled"
            answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
        with self._lock:
            self._now -= 1
            self.answers.append(answer)
        return json.dumps(answer).encode()

    @property
    def outcomes(self) -> dict[str, str]:
        """Of the last answer about each key."""
        return {
            outcome["key"]: outcome["status"]
            for answer in self.answers
            for outcome in answer.get("outcomes", [])
        }
