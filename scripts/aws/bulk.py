"""Transcribe all that lies under a prefix: python scripts/aws/bulk.py STATE_MACHINE s3://BUCKET/PREFIX.

Starts the state machine of the stack, follows it, and says where its report lies. What has an
up-to-date answer is passed over. With --manifest s3://BUCKET/KEY the objects are those of an
inventory of S3 (its manifest.json, of CSV files).
"""

import argparse
import json
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

POLL_SECONDS = 5.0
COUNTS = ("total", "succeeded", "failed", "running", "pending")


def prefix_input(prefix: str) -> dict[str, Any]:
    """The input for all under `s3://bucket/prefix`."""
    bucket, key = _parse(prefix)
    return {"bucket": bucket, "prefix": key}


def manifest_input(manifest: str) -> dict[str, Any]:
    """The input for all of an inventory, whose manifest names the bucket that it lists."""
    bucket, key = _parse(manifest)
    stored = boto3.client("s3").get_object(Bucket=bucket, Key=key)
    listed = json.load(stored["Body"])["sourceBucket"]
    return {"bucket": listed, "manifest": {"bucket": bucket, "key": key}}


def _parse(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri, allow_fragments=False)
    if parts.scheme != "s3" or not parts.netloc:
        raise ValueError(f"{uri!r} is not s3://bucket/...")
    return parts.netloc, uri.removeprefix(f"s3://{parts.netloc}").removeprefix("/")


def start(states: "SFNClient", state_machine: str, given: dict[str, Any]) -> str:
    """Start an execution, named by the time; returns its ARN."""
    name = f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}-{secrets.token_hex(4)}"
    started = states.start_execution(
        stateMachineArn=state_machine, name=name, input=json.dumps(given)
    )
    return started["executionArn"]


def follow(states: "SFNClient", execution: str) -> Iterator[str]:
    """A line whenever something has changed, until the execution has ended."""
    last = None
    while True:
        # In this order, so that the last counts are those of the end.
        status = states.describe_execution(executionArn=execution)["status"]
        found = counts(states, execution)
        line = f"{status.lower()}: " + ", ".join(f"{found[name]} {name}" for name in found)
        if line != last:
            yield line
        if status != "RUNNING":
            return
        last = line
        time.sleep(POLL_SECONDS)


def counts(states: "SFNClient", execution: str) -> dict[str, int]:
    """Batches by state; none before the map has begun."""
    runs = states.list_map_runs(executionArn=execution)["mapRuns"]
    if not runs:
        return {}
    found: Any = states.describe_map_run(mapRunArn=runs[0]["mapRunArn"])["executionCounts"]
    return {name: found[name] for name in COUNTS}


def conclusion(states: "SFNClient", execution: str) -> tuple[bool, str]:
    """Whether all was answered; where the report lies, and what to do about what was not."""
    ended = states.describe_execution(executionArn=execution)
    if ended["status"] != "SUCCEEDED":
        return False, f"{ended.get('error', ended['status'])}: {ended.get('cause', '')}"
    written = json.loads(ended["output"])["ResultWriterDetails"]
    report = f"report: s3://{written['Bucket']}/{written['Key']}"
    if failed := counts(states, execution)["failed"]:
        return False, f"{failed} batches failed; run this again to try what they lack\n{report}"
    return True, report


def main(arguments: Sequence[str] | None = None) -> int:
    """Start, follow, conclude; returns the exit status."""
    parser = argparse.ArgumentParser(prog="bulk", description=__doc__)
    parser.add_argument("state_machine", help="its ARN, the output BulkStateMachine of the stack")
    objects = parser.add_mutually_exclusive_group(required=True)
    objects.add_argument("prefix", nargs="?", help="s3://bucket/prefix/")
    objects.add_argument("--manifest", help="s3://bucket/key of an inventory's manifest.json")
    parser.add_argument("--concurrency", type=int, help="batches at once (100)")
    options = parser.parse_args(arguments)
    try:
        named = options.manifest
        given = prefix_input(options.prefix) if named is None else manifest_input(named)
    except ValueError as error:
        parser.error(str(error))
    if options.concurrency:
        given["concurrency"] = options.concurrency
    states = boto3.client("stepfunctions")
    execution = start(states, options.state_machine, given)
    print(execution)
    for line in follow(states, execution):
        print(line, flush=True)
    succeeded, line = conclusion(states, execution)
    print(line, file=sys.stdout if succeeded else sys.stderr)
    return 0 if succeeded else 1


if __name__ == "__main__":
    sys.exit(main())
