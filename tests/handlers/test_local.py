import asyncio
import base64
import json
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from handlers import local
from handlers.http.bodies import MAX_BODY_BYTES
from handlers.http.jobs import add_job_routes
from tests.support import toy_model


def call(method, path, app=local.app, **options):
    """Send a request to the local server, without a socket."""

    async def send():
        transport = httpx2.ASGITransport(app, raise_app_exceptions=True)
        async with httpx2.AsyncClient(transport=transport, base_url="http://local") as client:
            return await client.request(method, path, **options)

    return asyncio.run(send())


@pytest.mark.parametrize(
    "headers", [{"content-type": "audio/wav"}, {"content-type": "application/octet-stream"}, {}]
)
def test_a_binary_body_is_transcribed(headers):
    response = call("POST", "/v1/transcribe", content=toy_model.text_wav("local"), headers=headers)
    assert (response.status_code, response.json()["transcript"]) == (200, "local")


def test_a_json_body_is_transcribed():
    encoded = base64.b64encode(toy_model.text_wav("local")).decode()
    response = call("POST", "/v1/transcribe", json={"audio": encoded, "format": "text"})
    assert (response.status_code, response.text) == (200, "local\n")


def test_health_and_documentation_are_served():
    assert call("GET", "/v1/health").json()["status"] == "ok"
    assert "swagger" in call("GET", "/docs").text.lower()
    assert call("GET", "/openapi.json").json()["paths"]["/v1/transcribe"]
    assert call("GET", "/nothing").status_code == 404


def test_a_body_above_the_limit_is_not_read_to_its_end():
    async def body():
        for _ in range(100):
            yield b"\0" * (MAX_BODY_BYTES // 10)

    response = call("POST", "/v1/transcribe", content=body(), headers={"content-type": "audio/wav"})
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


def test_a_missing_body_is_rejected():
    response = call("POST", "/v1/transcribe")
    assert (response.status_code, json.loads(response.text)["code"]) == (400, "malformed_request")


class NoThreads(ThreadPoolExecutor):
    """Executor that fails, because requests that wait for threads can deadlock."""

    def submit(self, *_, **__):
        raise AssertionError("a request was submitted to a thread")


def test_concurrent_requests_do_not_deadlock():
    async def send():
        asyncio.get_running_loop().set_default_executor(NoThreads())
        transport = httpx2.ASGITransport(local.app, raise_app_exceptions=True)
        async with httpx2.AsyncClient(transport=transport, base_url="http://local") as client:
            return await asyncio.gather(*(client.get("/v1/health") for _ in range(64)))

    assert {response.status_code for response in asyncio.run(send())} == {200}


def test_jobs_are_unavailable_without_buckets():
    response = call("POST", "/v1/jobs", json={"file_name": "talk.mp3"})
    assert (response.status_code, response.json()["code"]) == (503, "jobs_unavailable")


def test_jobs_are_available_with_buckets(job_settings):
    app = local.LocalResolver(enable_validation=True)
    add_job_routes(app, job_settings)
    created = call("POST", "/v1/jobs", app, json={"file_name": "récit.mp3"})
    assert created.status_code == 201
    job = call("GET", str(created.url.join(created.headers["location"])), app).json()
    assert (job["status"], job["file_name"]) == ("awaiting_upload", "récit.mp3")


def test_a_header_may_contain_any_byte():
    assert call("GET", "/v1/health", headers={"x-name": b"caf\xe9"}).status_code == 200
