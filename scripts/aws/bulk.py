"""Bulk transcription: python scripts/aws/bulk.py STATE_MACHINE s3://BUCKET/PREFIX.

Starts the state machine of the stack, prints its progress, and finally the location of its report.
Objects with up-to-date output are skipped. With --manifest s3://BUCKET/KEY the objects are taken
from an S3 inventory (its manifest.json, with CSV files).
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
    """Input of an execution for all objects under `s3://bucket/prefix`."""
    bucket, key = _parse(prefix)
    return {"bucket": bucket, "prefix": key}


def manifest_input(manifest: str) -> dict[str, Any]:
    """Input of an execution for an S3 inventory, whose manifest names the listed bucket."""
    bucket, key = _parse(manifest)
    stored = boto3.client("s3").get_object(Bucket=bucket, Key=key)
    listed = json.load(stored["Body"])["sourceBucket"]
    return {"bucket": listed, "manifest": {"bucket": bucket, "key": key}}


def _parse(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri, allow_fragments=False)
    if parts.scheme != "s3" or not parts.netloc:
        raise ValueError(f"expected s3://bucket/..., got {uri!r}")
    return parts.netloc, uri.removeprefix(f"s3://{parts.netloc}").removeprefix("/")


def start(states: "SFNClient", state_machine: str, given: dict[str, Any]) -> str:
    """Start an execution named by the current time; returns its ARN."""
    name = f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}-{secrets.token_hex(4)}"
    started = states.start_execution(
        stateMachineArn=state_machine, name=name, input=json.dumps(given)
    )
    return started["executionArn"]


def follow(states: "SFNClient", execution: str) -> Iterator[str]:
    """Yield a line at each change of progress, until the execution has ended."""
    last = None
    while True:
        # In this order, so that the last counts are final.
        status = states.describe_execution(executionArn=execution)["status"]
        batches = batch_counts(states, execution)
        line = f"{status.lower()}: " + ", ".join(f"{batches[name]} {name}" for name in batches)
        if line != last:
            yield line
        if status != "RUNNING":
            return
        last = line
        time.sleep(POLL_SECONDS)


def batch_counts(states: "SFNClient", execution: str) -> dict[str, int]:
    """Number of batches by state; empty before the map has started."""
    runs = states.list_map_runs(executionArn=execution)["mapRuns"]
    if not runs:
        return {}
    counts: Any = states.describe_map_run(mapRunArn=runs[0]["mapRunArn"])["executionCounts"]
    return {name: counts[name] for name in COUNTS}


def conclusion(states: "SFNClient", execution: str) -> tuple[bool, str]:
    """Whether all batches succeeded; and the report's location, or the failure and its remedy."""
    ended = states.describe_execution(executionArn=execution)
    if ended["status"] != "SUCCEEDED":
        return False, f"{ended.get('error', ended['status'])}: {ended.get('cause', '')}"
    written = json.loads(ended["output"])["ResultWriterDetails"]
    report = f"report: s3://{written['Bucket']}/{written['Key']}"
    if failed := batch_counts(states, execution)["failed"]:
        return False, f"{failed} batches failed; run the command again to retry them\n{report}"
    return True, report


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="bulk", description=__doc__)
    parser.add_argument("state_machine", help="ARN, the output BulkStateMachine of the stack")
    objects = parser.add_mutually_exclusive_group(required=True)
    objects.add_argument("prefix", nargs="?", help="s3://bucket/prefix/")
    objects.add_argument(
        "--manifest", help="s3://bucket/key of the manifest.json of an S3 inventory"
    )
    parser.add_argument(
        "--concurrency", type=int, help="maximum number of concurrent batches (default: 100)"
    )
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
