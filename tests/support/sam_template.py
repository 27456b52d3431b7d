"""The SAM template as data."""

from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[2] / "template.yaml"


class _Loader(yaml.SafeLoader):
    """Reads `!Ref x` as x, and so on: what they name is enough here."""


def _construct(loader: _Loader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Loader.add_multi_constructor("!", _construct)


def read() -> dict[str, Any]:
    """The whole template."""
    loaded: dict[str, Any] = yaml.load(FILE.read_text(), _Loader)
    return loaded


def of_bulk(objects: str) -> list[str]:
    """What a policy says of the bucket that bulk may read besides, or of objects in it."""
    bucket = f"arn:${{AWS::Partition}}:s3:::${{BulkBucketName}}{objects}"
    return ["BulkReadsMore", bucket, "AWS::NoValue"]
