import asyncio
import base64
import json
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from handlers import local
from handlers.http.jobs import add_job_routes
from handlers.http.requests import MAX_BODY_BYTES
from tests.support import toy_model


def call(method, path, app=local.app, **options):
    """One request to the local server, without a socket."""

    async def send():
        transport = httpx2.ASGITransport(app, raise_app_exceptions=True)
        async with httpx2.AsyncClient(transport=transport, base_url="http://local") as client:
            return await client.request(method, path, **options)

    return asyncio.run(send())


@pytest.mark.parametrize(
    "headers", [{"content-type": "audio/wav"}, {"content-type": "application/octet-stream"}, {}]
)
def test_a_binary_body_is_transcribed(headers):
    answer = call("POST", "/v1/transcribe", content=toy_model.wav("local"), headers=headers)
    assert (answer.status_code, answer.json()["transcript"]) == (200, "local")


def test_a_json_body_is_transcribed():
    encoded = base64.b64encode(toy_model.wav("local")).decode()
    answer = call("POST", "/v1/transcribe", json={"audio": encoded, "format": "text"})
    assert (answer.status_code, answer.text) == (200, "local\n")


def test_health_documents_and_unknown_paths_answer():
    assert call("GET", "/v1/health").json()["status"] == "ok"
    assert "swagger" in call("GET", "/docs").text.lower()
    assert call("GET", "/openapi.json").json()["paths"]["/v1/transcribe"]
    assert call("GET", "/nothing").status_code == 404


def test_an_endless_body_is_read_no_further_than_shows_that_it_is_too_large():
    async def body():
        for _ in range(100):
            yield b"\0" * (MAX_BODY_BYTES // 10)

    answer = call("POST", "/v1/transcribe", content=body(), headers={"content-type": "audio/wav"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_no_body_is_a_problem():
    answer = call("POST", "/v1/transcribe")
    assert (answer.status_code, json.loads(answer.text)["code"]) == (400, "malformed_request")


class NoThreads(ThreadPoolExecutor):
    """Fails where a request would wait for a thread: enough of them would wait for ever."""

    def submit(self, *_, **__):
        raise AssertionError("a request needs a thread")


def test_as_many_requests_as_a_browser_makes_at_once_are_all_answered():
    async def send():
        asyncio.get_running_loop().set_default_executor(NoThreads())
        transport = httpx2.ASGITransport(local.app, raise_app_exceptions=True)
        async with httpx2.AsyncClient(transport=transport, base_url="http://local") as client:
            return await asyncio.gather(*(client.get("/v1/health") for _ in range(64)))

    assert {answer.status_code for answer in asyncio.run(send())} == {200}


def test_without_buckets_there_are_no_jobs():
    answer = call("POST", "/v1/jobs", json={"file_name": "talk.mp3"})
    assert (answer.status_code, answer.json()["code"]) == (503, "jobs_unavailable")


def test_with_buckets_there_are(job_settings):
    app = local.LocalServer(enable_validation=True)
    add_job_routes(app, job_settings)
    created = call("POST", "/v1/jobs", app, json={"file_name": "récit.mp3"})
    assert created.status_code == 201
    job = call("GET", str(created.url.join(created.headers["location"])), app).json()
    assert (job["status"], job["file_name"]) == ("awaiting_upload", "récit.mp3")


def test_a_header_may_hold_any_byte():
    assert call("GET", "/v1/health", headers={"x-name": b"caf\xe9"}).status_code == 200
