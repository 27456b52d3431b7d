"""Jobs function in the image, on a read-only file system: jobs and the web page."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from scripts.generate.make_events import proxy_event
from tests.support import interfaces, presigned_post
from tests.support.interfaces import Environment

pytestmark = pytest.mark.e2e


def test_a_job_is_created_and_found(
    in_image: bool, bucket: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name, value in bucket.items():
        monkeypatch.setenv(name, value)
    suffix = uuid4().hex
    buckets = {"INPUT_BUCKET": f"input-{suffix}", "OUTPUT_BUCKET": f"output-{suffix}"}
    for name in buckets.values():
        boto3.client("s3").create_bucket(Bucket=name)
    request = json.dumps({"file_name": "talk.wav"}).encode()
    with interfaces.emulator(
        {**bucket, **buckets}, tmp_path / "log", in_image, "handlers.jobs.handler"
    ) as invoke:

        def call(method: str, path: str, body: bytes | None = None) -> tuple[int, dict[str, Any]]:
            response = invoke(proxy_event(method, path, body, "application/json"))
            return response["statusCode"], json.loads(response["body"])

        status, job = call("POST", "/v1/jobs", request)
        assert (status, job["status"]) == (201, "awaiting_upload")
        path = f"/v1/jobs/{job['id']}"
        assert call("GET", path)[1]["status"] == "awaiting_upload"
        assert presigned_post.upload(job["upload"], b"audio").status_code == 204
        assert call("GET", path)[1]["status"] == "queued"
        assert call("GET", "/v1/jobs/unknown")[0] == 404


def test_the_page_and_its_files_are_served(in_image: bool, tmp_path: Path):
    log = tmp_path / "log"
    with interfaces.emulator({}, log, in_image, "handlers.jobs.handler") as invoke:
        gateway = interfaces.emulated_gateway(invoke)
        page = gateway("GET", "/", None, None)
        assert (page.status, page.media_type) == (200, "text/html; charset=utf-8")
        (main,) = re.findall(r'src="(web/.+/main\.js)"', page.body.decode())
        part = gateway("GET", f"/{main}", None, None)
        assert (part.status, part.media_type) == (200, "text/javascript; charset=utf-8")
        assert part.body == (interfaces.ROOT / "lambda" / "web" / "main.js").read_bytes()
