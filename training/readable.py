"""JSON for people: what fits on a line stays on one."""

import json
from typing import Any

WIDTH = 200  # characters; the rates of a set take 170
STEP = 1


def dumps(value: Any, indent: int = 0) -> str:  # noqa: ANN401 - whatever JSON can hold
    """`value` as JSON; `indent` is that of the line on which it starts."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or indent + len(flat) <= WIDTH:
        return flat
    deeper = indent + STEP
    if isinstance(value, list):
        items, edges = [dumps(item, deeper) for item in value], "[]"
    else:
        items = [
            f"{json.dumps(key, ensure_ascii=False)}: {dumps(item, deeper)}"
            for key, item in value.items()
        ]
        edges = "{}"
    body = (",\n" + " " * deeper).join(items)
    return f"{edges[0]}\n{' ' * deeper}{body}\n{' ' * indent}{edges[1]}"
