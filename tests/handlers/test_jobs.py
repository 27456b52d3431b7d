import importlib
import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import urljoin

import boto3
import pytest

from jobs import ids
from jobs.settings import JobSettings
from tests.support import presigned_post
from tests.support.api_events import Context, request
from tests.support.jobs_api import JobsApi


@pytest.fixture
def api(job_settings: JobSettings) -> JobsApi:
    return JobsApi(job_settings)


def test_a_created_job_has_an_upload_form_and_a_location(api: JobsApi, job_settings: JobSettings):
    status, headers, job = api("POST", "/v1/jobs", {"file_name": "talk.mp3", "formats": ["srt"]})
    assert (status, headers["Location"]) == (201, f"jobs/{job['id']}")
    assert job.keys() == {"id", "status", "upload", "max_bytes", "expires_at"}
    assert (job["status"], job["max_bytes"]) == ("awaiting_upload", job_settings.max_bytes)
    assert presigned_post.upload(job["upload"], b"audio").status_code == 204
    status, headers, found = api("GET", urljoin("/v1/jobs", headers["Location"]))
    assert (status, found["status"], found["file_name"]) == (200, "queued", "talk.mp3")
    assert headers["Cache-Control"] == "no-store"


def test_the_location_is_relative_to_the_stage(api: JobsApi):
    _, headers, job = api("POST", "/v1/jobs", {"file_name": "talk.mp3"})
    url = "https://abc.execute-api.eu-central-1.amazonaws.com/prod/v1/jobs"
    assert urljoin(url, headers["Location"]) == f"{url}/{job['id']}"


def test_a_key_cannot_read_the_job_of_another(api: JobsApi):
    _, headers, _ = api("POST", "/v1/jobs", {"file_name": "talk.mp3"}, api_key="one")
    path = urljoin("/v1/jobs", headers["Location"])
    assert api("GET", path, api_key="one")[0] == 200
    foreign = api("GET", path, api_key="another")
    anonymous = api("GET", path)
    unknown = api("GET", f"/v1/jobs/{ids.new_id()}", api_key="another")
    assert foreign[0] == anonymous[0] == unknown[0] == 404
    assert foreign[1] == unknown[1]
    assert foreign[2] | {"detail": ""} == unknown[2] | {"detail": ""}
    assert foreign[2]["detail"] == f"no route for GET {path}"


@pytest.mark.parametrize("job_id", ["1", "A" * 32, "0" * 31 + "%0A", "ticket", "x" * 5000])
def test_an_invalid_id_is_not_found_without_a_request_to_s3(job_id: str):
    api = JobsApi(JobSettings("no-such-bucket", "no-such-bucket"))
    status, headers, problem = api("GET", f"/v1/jobs/{job_id}")
    assert (status, problem["code"]) == (404, "not_found")
    assert headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body", [None, "", "{", "[]", {}, {"file_name": "a", "formats": ["pdf"]}, b"\xff"]
)
def test_a_bad_request_creates_no_job(api: JobsApi, job_settings: JobSettings, body: Any):
    status, _, problem = api("POST", "/v1/jobs", body)
    assert (status, problem["code"]) == (400, "malformed_request")
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=job_settings.output_bucket)


def test_a_body_may_be_encoded_in_base64(api: JobsApi):
    assert api("POST", "/v1/jobs", json.dumps({"file_name": "é.mp3"}).encode())[0] == 201


def test_cross_origin_requests_are_allowed(api: JobsApi):
    assert api("OPTIONS", "/v1/jobs")[0] == 204


def test_jobs_are_unavailable_without_buckets():
    api = JobsApi(None)
    responses = api("POST", "/v1/jobs", {"file_name": "a"}), api("GET", f"/v1/jobs/{ids.new_id()}")
    for status, _, problem in responses:
        assert (status, problem["code"]) == (503, "jobs_unavailable")
        assert "INPUT_BUCKET" in problem["detail"]


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_failing_bucket_is_a_problem_without_its_name(
    api: JobsApi, job_settings: JobSettings, method: str
):
    boto3.client("s3").delete_bucket(Bucket=job_settings.output_bucket)
    path = "/v1/jobs" if method == "POST" else f"/v1/jobs/{ids.new_id()}"
    status, _, problem = api(method, path, {"file_name": "a"})
    assert (status, problem["code"]) == (503, "jobs_unavailable")
    assert job_settings.output_bucket not in json.dumps(problem)


def test_the_function_imports_neither_the_engine_nor_the_openapi_models():
    script = (
        "import sys, handlers.jobs\n"
        "engine = {'torch', 'numpy', 'av', 'soundfile', 'soxr'}\n"
        "print(*(engine | {'handlers.http.openapi.models'}) & sys.modules.keys())"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ
        | {"INPUT_BUCKET": "in", "OUTPUT_BUCKET": "out", "POWERTOOLS_SERVICE_NAME": "asr"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == ""


def test_the_entry_point_uses_the_buckets_of_its_environment(
    job_settings: JobSettings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("INPUT_BUCKET", job_settings.input_bucket)
    monkeypatch.setenv("OUTPUT_BUCKET", job_settings.output_bucket)
    function = importlib.reload(importlib.import_module("handlers.jobs"))
    event = request("POST", "/v1/jobs", '{"file_name": "talk.mp3"}', "application/json")
    response = function.handler(event, Context())
    assert response["statusCode"] == 201
    assert job_settings.input_bucket in json.loads(response["body"])["upload"]["url"]
