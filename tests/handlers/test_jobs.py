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
from tests.support.jobs_api import Api


@pytest.fixture
def api(job_settings: JobSettings) -> Api:
    return Api(job_settings)


def test_a_job_is_created_with_a_form_that_uploads_and_an_address(
    api: Api, job_settings: JobSettings
):
    status, headers, job = api("POST", "/v1/jobs", {"file_name": "talk.mp3", "formats": ["srt"]})
    assert (status, headers["Location"]) == (201, f"jobs/{job['id']}")
    assert job.keys() == {"id", "status", "upload", "max_bytes", "expires_at"}
    assert (job["status"], job["max_bytes"]) == ("awaiting_upload", job_settings.max_bytes)
    assert presigned_post.post(job["upload"], b"audio").status_code == 204
    status, headers, found = api("GET", urljoin("/v1/jobs", headers["Location"]))
    assert (status, found["status"], found["file_name"]) == (200, "queued", "talk.mp3")
    assert headers["Cache-Control"] == "no-store"


def test_the_address_of_a_job_is_right_behind_a_stage(api: Api):
    _, headers, job = api("POST", "/v1/jobs", {"file_name": "talk.mp3"})
    asked = "https://abc.execute-api.eu-central-1.amazonaws.com/prod/v1/jobs"
    assert urljoin(asked, headers["Location"]) == f"{asked}/{job['id']}"


def test_one_key_cannot_read_the_job_of_another(api: Api):
    _, headers, _ = api("POST", "/v1/jobs", {"file_name": "talk.mp3"}, api_key="one")
    path = urljoin("/v1/jobs", headers["Location"])
    assert api("GET", path, api_key="one")[0] == 200
    refused = api("GET", path, api_key="another")
    anonymous = api("GET", path)
    unknown = api("GET", f"/v1/jobs/{ids.new_id()}", api_key="another")
    assert refused[0] == anonymous[0] == unknown[0] == 404
    assert refused[1] == unknown[1]
    assert refused[2] | {"detail": ""} == unknown[2] | {"detail": ""}
    assert refused[2]["detail"] == f"there is no GET {path}"


@pytest.mark.parametrize("job_id", ["1", "A" * 32, "0" * 31 + "%0A", "ticket", "x" * 5000])
def test_what_is_no_id_is_not_found_without_asking_s3(job_id: str):
    api = Api(JobSettings("no-such-bucket", "no-such-bucket"))
    status, headers, problem = api("GET", f"/v1/jobs/{job_id}")
    assert (status, problem["code"]) == (404, "not_found")
    assert headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body", [None, "", "{", "[]", {}, {"file_name": "a", "formats": ["pdf"]}, b"\xff"]
)
def test_a_bad_request_is_a_problem_and_makes_no_job(
    api: Api, job_settings: JobSettings, body: Any
):
    status, _, problem = api("POST", "/v1/jobs", body)
    assert (status, problem["code"]) == (400, "malformed_request")
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=job_settings.output_bucket)


def test_a_body_in_base64_is_read(api: Api):
    assert api("POST", "/v1/jobs", json.dumps({"file_name": "é.mp3"}).encode())[0] == 201


def test_a_page_from_elsewhere_may_ask(api: Api):
    assert api("OPTIONS", "/v1/jobs")[0] == 204


def test_without_buckets_the_routes_say_so():
    api = Api(None)
    answers = api("POST", "/v1/jobs", {"file_name": "a"}), api("GET", f"/v1/jobs/{ids.new_id()}")
    for status, _, problem in answers:
        assert (status, problem["code"]) == (503, "jobs_unavailable")
        assert "INPUT_BUCKET" in problem["detail"]


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_bucket_that_fails_is_a_problem_that_tells_nothing(
    api: Api, job_settings: JobSettings, method: str
):
    boto3.client("s3").delete_bucket(Bucket=job_settings.output_bucket)
    path = "/v1/jobs" if method == "POST" else f"/v1/jobs/{ids.new_id()}"
    status, _, problem = api(method, path, {"file_name": "a"})
    assert (status, problem["code"]) == (503, "jobs_unavailable")
    assert job_settings.output_bucket not in json.dumps(problem)


def test_the_function_loads_no_engine():
    script = (
        "import sys, handlers.jobs\n"
        "print(*{'torch', 'numpy', 'av', 'soundfile', 'soxr'} & sys.modules.keys())"
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


def test_the_entry_point_answers_with_the_buckets_of_its_environment(
    job_settings: JobSettings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("INPUT_BUCKET", job_settings.input_bucket)
    monkeypatch.setenv("OUTPUT_BUCKET", job_settings.output_bucket)
    function = importlib.reload(importlib.import_module("handlers.jobs"))
    event = request("POST", "/v1/jobs", '{"file_name": "talk.mp3"}', "application/json")
    answer = function.handler(event, Context())
    assert answer["statusCode"] == 201
    assert job_settings.input_bucket in json.loads(answer["body"])["upload"]["url"]
