"""The jobs function in the image: it makes jobs and finds them, on a read-only file system."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from scripts.make_events import proxy_event
from tests.e2e import doors
from tests.e2e.doors import Environment
from tests.jobs import forms

pytestmark = pytest.mark.e2e


def test_a_job_is_made_and_found(
    in_image: bool, bucket: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name, value in bucket.items():
        monkeypatch.setenv(name, value)
    buckets = {"INPUT_BUCKET": "job-input", "OUTPUT_BUCKET": "job-output"}
    for name in buckets.values():
        boto3.client("s3").create_bucket(Bucket=name)
    request = json.dumps({"file_name": "talk.wav"}).encode()
    with doors.emulator(
        {**bucket, **buckets}, tmp_path / "log", in_image, "handlers.jobs.handler"
    ) as invoke:

        def call(method: str, path: str, body: bytes | None = None) -> tuple[int, dict[str, Any]]:
            answer = invoke(proxy_event(method, path, body, "application/json"))
            return answer["statusCode"], json.loads(answer["body"])

        status, job = call("POST", "/v1/jobs", request)
        assert (status, job["status"]) == (201, "awaiting_upload")
        path = f"/v1/jobs/{job['id']}"
        assert call("GET", path)[1]["status"] == "awaiting_upload"
        assert forms.post(job["upload"], b"audio").status_code == 204
        assert call("GET", path)[1]["status"] == "queued"
        assert call("GET", "/v1/jobs/unknown")[0] == 404
