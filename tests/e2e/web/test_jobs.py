"""Audio too long for one request: upload and polling, with stubbed responses."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser import Visit, choose, transcript

pytestmark = pytest.mark.e2e

LONG = {"name": "talk.mp3", "mimeType": "audio/mpeg", "buffer": b"longer than a request may be"}
TRANSCRIPTION: dict[str, Any] = {
    "transcript": "a long talk",
    "confidence": 0.9,
    "duration": 3600.0,
    "words": [{"word": "a", "start": 0.2, "end": 0.8, "confidence": 0.9, "punctuated_word": "a"}],
}


class Jobs:
    """Stub of the server with one job that runs through `states` and stays in the last."""

    def __init__(self, page: Page, server: str, *states: dict[str, Any]) -> None:
        self.server = server
        self.states = list(states)
        self.requests: list[Any] = []
        self.uploads: list[bytes] = []
        self.upload_response: dict[str, Any] = {"status": 204}
        self.max_bytes = 10_000_000
        rejection = json.dumps({"code": "too_long", "detail": "over 300 s", "jobs": "/v1/jobs"})
        page.route("**/v1/transcribe*", lambda route: route.fulfill(status=413, body=rejection))
        page.route("**/v1/jobs", self.create)
        page.route("**/v1/jobs/7", self.read)
        page.route("**/upload", self.upload)
        page.route("**/results/*", lambda route: route.fulfill(body=f"as {route.request.url[-3:]}"))

    def create(self, route: Route) -> None:
        self.requests.append(route.request.post_data_json)
        fields = {"key": "in/talk.mp3", "Content-Type": "audio/mpeg"}
        upload = {"url": f"{self.server}/upload", "fields": fields}
        job = {"id": "7", "status": "awaiting_upload", "upload": upload}
        route.fulfill(status=201, json=job | {"max_bytes": self.max_bytes, "expires_at": "soon"})

    def upload(self, route: Route) -> None:
        self.uploads.append(route.request.post_data_buffer or b"")
        route.fulfill(**self.upload_response)

    def read(self, route: Route) -> None:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if "code" in state:
            route.fulfill(status=503, json=state)
        else:
            route.fulfill(json={"id": "7"} | state)


def succeeded(server: str) -> dict[str, Any]:
    links = {form: f"{server}/results/{form}" for form in ("json", "text", "srt", "vtt")}
    return {"status": "succeeded", "transcript": TRANSCRIPTION, "results": links}


def test_audio_too_long_for_a_request_becomes_a_job(visit: Visit, server: str):
    page = visit()
    queued, running = {"status": "queued"}, {"status": "running"}
    jobs = Jobs(page, server, queued, {"code": "throttled"}, running, succeeded(server))
    page.evaluate(
        """() => { window.phases = [];
        new MutationObserver(() => phases.push(
            document.querySelector("[data-part=phase]")?.textContent))
            .observe(document.getElementById("results"), {childList: true, subtree: true}); }"""
    )
    choose(page, LONG)
    assert transcript(page) == "a"
    assert jobs.requests == [
        {
            "file_name": "talk.mp3",
            "content_type": "audio/mpeg",
            "formats": ["json", "text", "srt", "vtt"],
        }
    ]
    (form,) = jobs.uploads
    assert form.index(b'name="key"') < form.index(b'name="Content-Type"') < form.index(b'"file"')
    phases = page.evaluate("() => phases.filter((phase, index) => phase !== phases[index - 1])")
    assert phases[-3:] == ["Uploading", "Queued", "Transcribing"]
    with page.expect_download() as download:
        page.get_by_role("button", name="SRT").click()
    assert download.value.path().read_text() == "as srt"


def test_a_job_can_use_the_language_model(visit: Visit, server: str):
    page = visit()
    jobs = Jobs(page, server, succeeded(server))
    page.get_by_role("checkbox", name="Use the language model").check()
    choose(page, LONG)
    assert transcript(page) == "a"
    assert [job["decoder"] for job in jobs.requests] == ["beam"]


def test_a_transcript_too_long_for_the_response_is_fetched(visit: Visit, server: str):
    page = visit()
    job = succeeded(server)
    del job["transcript"]
    Jobs(page, server, job)
    page.route("**/results/json", lambda route: route.fulfill(json=TRANSCRIPTION))
    choose(page, LONG)
    assert transcript(page) == "a"


def test_a_second_file_does_not_wait_for_the_job_of_the_first(visit: Visit, server: str):
    page = visit()
    Jobs(page, server, {"status": "queued"})

    def answer(route: Route) -> None:
        if route.request.post_data_buffer == b"short":
            route.fulfill(json=TRANSCRIPTION)
        else:
            route.fallback()

    page.route("**/v1/transcribe*", answer)
    choose(page, LONG, {"name": "short.wav", "mimeType": "audio/wav", "buffer": b"short"})
    assert transcript(page, 1) == "a"
    expect(page.get_by_text("Queued", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (
            {"code": "unsupported_audio", "detail": "no audio in it"},
            "The audio format is not supported",
        ),
        ({"code": "too_long", "detail": "over 4 hours"}, "longer than this server accepts"),
    ],
)
def test_a_failed_job_shows_its_problem(
    visit: Visit, server: str, failure: dict[str, str], message: str
):
    page = visit()
    Jobs(page, server, {"status": "failed", "problem": failure})
    choose(page, LONG)
    expect(page.get_by_role("alert").filter(has_text=message)).to_contain_text(failure["detail"])


def test_audio_above_the_upload_limit_is_not_uploaded(visit: Visit, server: str):
    page = visit()
    jobs = Jobs(page, server, {"status": "queued"})
    jobs.max_bytes = 10
    choose(page, LONG)
    alert = page.get_by_role("alert").filter(
        has_text="The audio is larger than this server accepts."
    )
    expect(alert).to_contain_text("an upload may have 10 bytes")
    assert jobs.uploads == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"status": 400, "body": "<Code>EntityTooLarge</Code>"}, "larger than this server accepts"),
        ({"status": 403, "body": "<Code>AccessDenied</Code>"}, "The upload was interrupted."),
    ],
)
def test_an_upload_rejected_by_s3_shows_a_problem(
    visit: Visit, server: str, answer: dict[str, Any], message: str
):
    page = visit()
    jobs = Jobs(page, server, {"status": "queued"})
    jobs.upload_response = answer
    choose(page, LONG)
    expect(page.get_by_role("alert").filter(has_text=message)).to_be_visible()
