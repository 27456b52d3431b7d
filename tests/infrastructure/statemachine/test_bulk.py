"""Bulk state machine: deployed definition in moto's interpreter, real batch function."""

import csv
import io
import json
from collections.abc import Iterator
from threading import Barrier
from typing import Any
from urllib.parse import quote_plus

import boto3
import pytest

from asr.settings import Settings
from batch import object_keys
from batch.deadline import OutOfTimeError
from handlers import batch
from jobs.settings import JobSettings
from scripts.aws import bulk
from tests.support import state_machine, toy_model
from tests.support.api_events import Context
from tests.support.state_machine import Document, Lambda, LambdaEndpoint

ODD_KEYS = ["in/a b+c é.wav", "in/100 %.wav", "in/%2B.wav", "in/emoji 🎤/x.wav", "in/plain.wav"]


class Bulk:
    """Deployed state machine with its two buckets and its function."""

    def __init__(self, buckets: JobSettings, function: Lambda, definition: Document) -> None:
        self.input, self.output = buckets.input_bucket, buckets.output_bucket
        self.function = function
        self.s3 = boto3.client("s3")
        self.states = boto3.client("stepfunctions")
        self.arn = self.states.create_state_machine(
            name=buckets.input_bucket,
            definition=json.dumps(state_machine.interpretable(definition)),
            roleArn="arn:aws:iam::123456789012:role/bulk",
        )["stateMachineArn"]

    def put(self, key: str, content: bytes) -> None:
        self.s3.put_object(Bucket=self.input, Key=key, Body=content)

    def run(self, *arguments: str) -> int:
        """Run `make bulk`; returns its exit status."""
        self.function.responses.clear()
        return bulk.main([self.arn, *arguments])

    def outputs(self) -> dict[str, tuple[str, Any]]:
        """ETag and modification time of all output documents, without reports."""
        page = self.s3.list_objects_v2(Bucket=self.output)
        return {
            found["Key"]: (found["ETag"], found["LastModified"])
            for found in page.get("Contents", [])
            if not found["Key"].startswith(".bulk/")
        }

    def document(self, key: str) -> Document:
        document: Document = json.load(self.s3.get_object(Bucket=self.output, Key=key)["Body"])
        return document


@pytest.fixture
def function(lambda_endpoint: LambdaEndpoint) -> Iterator[Lambda]:
    function = Lambda(batch.handler)
    lambda_endpoint.functions[function.arn] = function
    yield function
    del lambda_endpoint.functions[function.arn]


@pytest.fixture
def deployed(
    job_settings: JobSettings,
    toy_bundle,
    function: Lambda,
    monkeypatch: pytest.MonkeyPatch,
) -> Bulk:
    settings = Settings(model_uri=str(toy_bundle), output_bucket=job_settings.output_bucket)
    monkeypatch.setattr(batch, "settings", settings)
    monkeypatch.setattr(bulk, "POLL_SECONDS", 0.05)
    definition = state_machine.deployed(job_settings.output_bucket, function.arn)
    return Bulk(job_settings, function, definition)


def test_exactly_the_objects_under_a_prefix_are_processed(deployed: Bulk):
    for key in ODD_KEYS:
        deployed.put(key, toy_model.text_wav("hello"))
    deployed.put("in/not audio.txt", b"not audio at all " * 100)
    deployed.put("in/folder/", b"")
    deployed.put("elsewhere/a.wav", toy_model.text_wav("hello"))
    assert deployed.run(f"s3://{deployed.input}/in/") == 0
    assert deployed.outputs().keys() == {
        *map(object_keys.result_key, ODD_KEYS),
        object_keys.error_key("in/not audio.txt"),
    }
    for key in ODD_KEYS:
        assert deployed.document(object_keys.result_key(key))["transcript"] == "hello"
    assert (
        deployed.document(object_keys.error_key("in/not audio.txt"))["code"] == "unsupported_audio"
    )


def test_objects_with_up_to_date_output_are_skipped(deployed: Bulk):
    texts = {f"in/{word}.wav": toy_model.text_wav(word) for word in ("one", "two", "three", "four")}
    for key, content in (texts | {"in/corrupt.wav": b"RIFF not at all"}).items():
        deployed.put(key, content)
    prefix = f"s3://{deployed.input}/in/"
    assert deployed.run(prefix) == 0
    before = deployed.outputs()
    assert len(before) == 5
    deployed.put("in/two.wav", toy_model.text_wav("changed"))
    assert deployed.run(prefix) == 0
    assert deployed.function.outcomes == {
        **dict.fromkeys([*texts, "in/corrupt.wav"], "up_to_date"),
        "in/two.wav": "transcribed",
    }
    after = deployed.outputs()
    assert {key for key in after if after[key] != before[key]} == {"in/two.wav.json"}
    assert deployed.document("in/two.wav.json")["transcript"] == "changed"


def test_as_many_batches_run_concurrently_as_configured(deployed: Bulk):
    for number in range(6):
        deployed.put(f"in/{number}.wav", toy_model.text_wav("hello"))
    real = deployed.function.handler
    three_running = Barrier(3, timeout=60)

    def slow(event: Document, context: Context) -> Document:
        three_running.wait()
        return real(event, context)

    deployed.function.handler = slow
    assert deployed.run(f"s3://{deployed.input}/in/", "--concurrency", "3") == 0
    assert deployed.function.max_concurrency == 3
    assert len(deployed.outputs()) == 6


def test_temporary_failures_are_retried(deployed: Bulk, capsys: pytest.CaptureFixture[str]):
    for number in range(3):
        deployed.put(f"in/{number}.wav", toy_model.text_wav("hello"))
    real, failures = deployed.function.handler, iter([ConnectionError("S3 is busy")] * 2)

    def flaky(event: Document, context: Context) -> Document:
        if failure := next(failures, None):
            raise failure
        return real(event, context)

    deployed.function.handler = flaky
    assert deployed.run(f"s3://{deployed.input}/in/") == 0
    assert len(deployed.outputs()) == 3
    assert sum("errorType" in response for response in deployed.function.responses) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("arn:aws:states:")
    assert lines[-2].startswith("succeeded: 3 total, 3 succeeded, 0 failed")
    assert lines[-1].startswith(f"report: s3://{deployed.output}/.bulk/")
    assert deployed.document(lines[-1].partition(f"{deployed.output}/")[2])["MapRunArn"]


def test_a_batch_of_long_files_is_retried_once_per_file(deployed: Bulk):
    deployed.put("in/a.wav", toy_model.text_wav("hello"))
    real = deployed.function.handler
    failures = iter([OutOfTimeError("time is up", 30.0)] * 6)

    def slow(event: Document, context: Context) -> Document:
        if failure := next(failures, None):
            raise failure
        return real(event, context)

    deployed.function.handler = slow
    assert deployed.run(f"s3://{deployed.input}/in/") == 0
    assert deployed.outputs().keys() == {"in/a.wav.json"}


def test_time_outs_are_retried_as_often_as_a_batch_has_items():
    for state in ("Prefix", "Inventory"):
        machine = state_machine.deployed("out")["States"][state]
        retries = machine["ItemProcessor"]["States"]["Transcribe"]["Retry"]
        (timeouts,) = [r for r in retries if r["ErrorEquals"] == [OutOfTimeError.__name__]]
        assert timeouts["MaxAttempts"] >= machine["ItemBatcher"]["MaxItemsPerBatch"]


def test_a_batch_that_keeps_failing_is_reported(deployed: Bulk, capsys: pytest.CaptureFixture[str]):
    deployed.put("in/a.wav", toy_model.text_wav("hello"))
    deployed.put("in/b.wav", toy_model.text_wav("hello"))
    real = deployed.function.handler

    def half(event: Document, context: Context) -> Document:
        if event["Items"][0]["Key"] == "in/a.wav":
            raise ConnectionError("S3 is gone")
        return real(event, context)

    deployed.function.handler = half
    prefix = f"s3://{deployed.input}/in/"
    assert deployed.run(prefix) == 1
    assert sum("errorType" in response for response in deployed.function.responses) == 1 + 4
    assert deployed.outputs().keys() == {"in/b.wav.json"}
    assert "1 batches failed" in capsys.readouterr().err
    deployed.function.handler = real
    assert deployed.run(prefix) == 0
    assert deployed.function.outcomes == {"in/a.wav": "transcribed", "in/b.wav": "up_to_date"}


def test_a_run_that_cannot_start_reports_the_cause(
    deployed: Bulk, capsys: pytest.CaptureFixture[str]
):
    assert deployed.run("s3://no-such-bucket/in/") == 1
    assert "NoSuchBucket" in capsys.readouterr().err


def test_the_keys_of_an_inventory_are_decoded(deployed: Bulk):
    rows = io.StringIO()
    for key in ODD_KEYS:
        deployed.put(key, toy_model.text_wav("hello"))
        csv.writer(rows, quoting=csv.QUOTE_ALL).writerow([deployed.input, quote_plus(key), 1, "e"])
    manifest = {"sourceBucket": deployed.input}
    deployed.put("inventory/manifest.json", json.dumps(manifest).encode())
    given = bulk.manifest_input(f"s3://{deployed.input}/inventory/manifest.json")
    assert given == {
        "bucket": deployed.input,
        "manifest": {"bucket": deployed.input, "key": "inventory/manifest.json"},
    }
    # moto reads the rows where Step Functions reads the manifest that names their file.
    deployed.put("inventory/manifest.json", rows.getvalue().encode())
    execution = bulk.start(deployed.states, deployed.arn, given)
    assert list(bulk.follow(deployed.states, execution))[-1].startswith("succeeded")
    assert deployed.outputs().keys() == set(map(object_keys.result_key, ODD_KEYS))


def test_all_items_of_a_batch_are_processed(deployed: Bulk):
    for number in range(3):
        deployed.put(f"in/{number}.wav", toy_model.text_wav("hello"))
    listed = deployed.s3.list_objects_v2(Bucket=deployed.input)["Contents"]
    # Step Functions spells it Etag.
    items = [
        {"Etag": found["ETag"], "Key": found["Key"], "Size": found["Size"]} for found in listed
    ]
    event = {"Items": items, "BatchInput": {"bucket": deployed.input}}
    response = batch.handler(event, Context())
    assert response == {
        "outcomes": [{"key": f"in/{number}.wav", "status": "transcribed"} for number in range(3)]
    }


def test_the_two_maps_differ_only_in_the_source_of_their_items():
    states = state_machine.deployed("out")["States"]
    prefix, inventory = states["Prefix"], states["Inventory"]
    differing = {"Label", "ItemReader", "ItemBatcher"}
    assert {name: prefix[name] for name in prefix.keys() - differing} == {
        name: inventory[name] for name in inventory.keys() - differing
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["in/"],
        ["https://bucket/in/"],
        [""],
        ["s3:///in/"],
        [],
        ["s3://b/", "--manifest", "s3://b/m"],
    ],
)
def test_an_invalid_source_is_rejected_before_anything_starts(arguments: list[str]):
    with pytest.raises(SystemExit) as rejected:
        bulk.main(["arn:aws:states:us-east-1:123456789012:stateMachine:x", *arguments])
    assert rejected.value.code == 2


@pytest.mark.parametrize(
    ("uri", "bucket", "prefix"),
    [("s3://b", "b", ""), ("s3://b/", "b", ""), ("s3://b/a b?#%/c", "b", "a b?#%/c")],
)
def test_a_prefix_is_not_decoded(uri: str, bucket: str, prefix: str):
    assert bulk.prefix_input(uri) == {"bucket": bucket, "prefix": prefix}
