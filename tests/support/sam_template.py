"""SAM template, parsed."""

from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[2] / "template.yaml"


class _Loader(yaml.SafeLoader):
    """YAML loader that reads `!Ref x` as x, and likewise the other intrinsic functions."""


def _construct(loader: _Loader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Loader.add_multi_constructor("!", _construct)


def read() -> dict[str, Any]:
    """Parse the template."""
    loaded: dict[str, Any] = yaml.load(FILE.read_text(), _Loader)
    return loaded


def bulk_bucket(objects: str) -> list[str]:
    """Policy resource of the additional bucket that bulk may read, or of objects in it."""
    bucket = f"arn:${{AWS::Partition}}:s3:::${{BulkBucketName}}{objects}"
    return ["HasBulkBucket", bucket, "AWS::NoValue"]
