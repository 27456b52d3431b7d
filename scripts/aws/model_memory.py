"""Memory that a stack's model needs: model_memory.py STACK [Parameter=value...].

Prints the given parameters of the template, with `MemorySize` and `BatchMemorySize` added where the
bundle of `ModelUri` needs more memory than the stack's functions have. A bundle that no function
can hold is refused, before anything is deployed.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from asr import manifest
from asr.errors import ModelUnavailableError
from asr.manifest import MANIFEST, MAX_FUNCTION_MEMORY_MB, Manifest

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
MEMORY = ("MemorySize", "BatchMemorySize")
S3_SCHEME = "s3://"


def with_memory(
    given: Mapping[str, str], current: Mapping[str, int], need: int | None
) -> dict[str, str]:
    """Parameters for a model that needs `need` MiB, None if that is unknown.

    Parameters
    ----------
    given : mapping
        Parameters to deploy with.
    current : mapping
        `MEMORY` of the stack, used where they are not given.

    Raises
    ------
    ModelUnavailableError
        If no function can have so much memory, or one is given less.
    """
    if need is None:
        return dict(given)
    if need > MAX_FUNCTION_MEMORY_MB:
        raise ModelUnavailableError(
            f"the model needs {need:,} MiB of memory, and a function has at most "
            f"{MAX_FUNCTION_MEMORY_MB:,}: import it with PRECISION=bfloat16 or int8-dynamic"
        )
    for name in MEMORY:
        if name in given and int(given[name]) < need:
            raise ModelUnavailableError(
                f"{name}={given[name]} is less than the {need:,} MiB that the model needs"
            )
    added = {name: str(need) for name in MEMORY if name not in given and current[name] < need}
    return dict(given) | added


def read_manifest(uri: str) -> Manifest:
    """Manifest of a bundle on S3.

    Raises
    ------
    ModelUnavailableError
        If it cannot be read, or is none.
    """
    bucket, _, prefix = uri.removeprefix(S3_SCHEME).partition("/")
    key = f"{prefix.rstrip('/')}/{MANIFEST}"
    try:
        body = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    except (BotoCoreError, ClientError) as error:
        raise ModelUnavailableError(f"cannot read {S3_SCHEME}{bucket}/{key}: {error}") from error
    return manifest.parse(body)


def template_defaults(template: Path = TEMPLATE) -> dict[str, int]:
    """Memory of the functions of a new stack, in MiB."""
    text = template.read_text(encoding="utf-8")
    found = {name: re.search(rf"^  {name}:\n.*\n    Default: (\d+)", text, re.M) for name in MEMORY}
    return {name: int(match[1]) for name, match in found.items() if match}


def stack_memory(stack: str) -> dict[str, int]:
    """Memory of the functions of a stack, in MiB; that of a new one if there is none."""
    try:
        described = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except (BotoCoreError, ClientError):
        return template_defaults()
    parameters = described.get("Parameters", [])
    return template_defaults() | {
        each["ParameterKey"]: int(each["ParameterValue"])
        for each in parameters
        if each["ParameterKey"] in MEMORY
    }


def main(stack: str, parameters: Sequence[str]) -> dict[str, str]:
    """Parameters to deploy `stack` with; errors as of `with_memory` and `read_manifest`."""
    given = dict(parameter.partition("=")[::2] for parameter in parameters)
    uri = given.get("ModelUri", "")
    if not uri.startswith(S3_SCHEME):
        return given
    return with_memory(given, stack_memory(stack), read_manifest(uri).memory_mb)


if __name__ == "__main__":
    try:
        print(*(f"{name}={value}" for name, value in main(sys.argv[1], sys.argv[2:]).items()))
    except ModelUnavailableError as error:
        sys.exit(f"{error.code}: {error.detail}")
