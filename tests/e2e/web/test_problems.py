"""Problems: the page shows what happened and what to do."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.support import browser
from tests.support.browser import (
    Visit,
    choose,
    posts,
    press_record,
    record,
    transcript,
)

pytestmark = pytest.mark.e2e

CLIP = {"name": "clip.wav", "mimeType": "audio/wav", "buffer": b"content"}
TRANSCRIPTION: dict[str, Any] = {
    "transcript": "hello",
    "confidence": 0.9,
    "duration": 1.0,
    "words": [
        {"word": "hello", "start": 0.2, "end": 0.8, "confidence": 0.9, "punctuated_word": "hello"}
    ],
}


def problem(code: str, detail: str = "") -> str:
    return json.dumps({"code": code, "detail": detail})


def silence(seconds: float) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.zeros(round(seconds * 8000)), 8000, format="FLAC")
    return file.getvalue()


def expect_alert(page: Page, *sentences: str) -> None:
    """The page shows a problem with these sentences, in a live region."""
    alert = page.get_by_role("alert").filter(has_text=sentences[0])
    expect(alert).to_be_visible(timeout=30_000)
    for sentence in sentences[1:]:
        expect(alert).to_contain_text(sentence)


# The microphone


@pytest.fixture
def without_microphone(playwright: Playwright, server: str):
    chromium = browser.launch(playwright, [])
    with browser.visits(chromium, server) as visit:
        yield visit
    chromium.close()


@pytest.fixture
def denied_microphone(playwright: Playwright, server: str):
    flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream=deny"]
    chromium = browser.launch(playwright, flags)
    with browser.visits(chromium, server) as visit:
        yield visit
    chromium.close()


@pytest.fixture
def silent_microphone(playwright: Playwright, server: str, tmp_path: Path):
    soundfile.write(tmp_path / "silence.wav", np.zeros(16_000), 16_000)
    chromium = browser.launch(playwright, browser.microphone_flags(tmp_path / "silence.wav"))
    with browser.visits(chromium, server) as visit:
        yield visit
    chromium.close()


def test_no_microphone(without_microphone: Visit):
    page = without_microphone(permissions=["microphone"])
    press_record(page)
    expect_alert(page, "No microphone was found.", "Connect one")
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_enabled()


def test_a_denied_microphone(denied_microphone: Visit):
    page = denied_microphone()
    press_record(page)
    expect_alert(
        page, "This page may not use the microphone.", "Allow it in the browser's settings"
    )


def test_an_insecure_page(visit: Visit, server: str, hello: Path):
    page = visit(f"{server.replace('localhost', 'page.test')}/")
    press_record(page)
    expect_alert(page, "The microphone works on secure pages only.")
    choose(page, hello)
    words = transcript(page)
    page.get_by_role("button", name="Copy").click()  # without the clipboard of secure pages
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert words


def test_silence_is_detected_and_has_no_words(silent_microphone: Visit):
    page = silent_microphone()
    press_record(page)
    hint = page.get_by_text("No sound detected. Is this the right microphone?")
    expect(hint).to_be_visible(timeout=10_000)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".words")).to_contain_text("No words recognised.", timeout=30_000)
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()


# The audio, with responses of the real server


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not audio at all " * 100, "The audio format is not supported."),
        (b"", "The audio is empty."),
        (silence(0.05), "The audio is too short."),
        (
            silence(301),
            "The audio is too long for one request, and this server accepts no uploads.",
        ),
        (
            bytes(4_700_001),
            "The audio is too large for one request, and this server accepts no uploads.",
        ),
    ],
)
def test_audio_that_cannot_be_transcribed(visit: Visit, content: bytes, message: str):
    page = visit()
    choose(page, {"name": "clip", "mimeType": "audio/flac", "buffer": content})
    expect_alert(page, message)
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()


def test_a_missing_file_or_a_folder(visit: Visit):
    page = visit()
    page.evaluate(
        """() => { Blob.prototype.arrayBuffer = () =>
            Promise.reject(new DOMException("gone", "NotFoundError")); }"""
    )
    choose(page, CLIP)
    expect_alert(page, "The file cannot be read.", "A folder cannot be sent")


# The server and the connection


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (429, problem("throttled"), "There are too many requests."),
        (429, problem("quota_exceeded"), "The daily quota is used up."),
        (429, '{"message": "Too Many Requests"}', "There are too many requests."),
        (503, problem("model_unavailable"), "The server cannot load its speech model."),
        (500, problem("internal", "see the logs"), "Message of the server: “see the logs”"),
        (502, "<html>Bad gateway</html>", "The server had an internal error."),
        (418, problem("unknown"), "The server had an internal error."),
    ],
)
def test_a_temporary_failure_can_be_retried(visit: Visit, status: int, body: str, message: str):
    page = visit()
    page.route("**/v1/transcribe*", lambda route: route.fulfill(status=status, body=body))
    choose(page, CLIP)
    expect_alert(page, message)
    page.unroute("**/v1/transcribe*")
    page.route("**/v1/transcribe*", lambda route: route.fulfill(json=TRANSCRIPTION))
    page.get_by_role("button", name="Try again").click()
    assert transcript(page) == "hello"
    expect(page.locator("article").get_by_role("alert")).to_be_hidden()


def test_a_server_that_is_too_slow_and_takes_no_uploads(visit: Visit):
    page = visit()
    page.route("**/v1/transcribe*", lambda route: route.fulfill(status=504, body="{}"))
    sent = posts(page)
    choose(page, CLIP)
    expect_alert(
        page, "The transcription took too long for one request, and this server accepts no uploads."
    )
    assert [request.url.rpartition("/v1/")[2] for request in sent] == [
        "transcribe?format=json",
        "jobs",
    ]


def test_an_unreachable_server(visit: Visit):
    page = visit()
    page.route("**/v1/transcribe*", lambda route: route.abort("connectionrefused"))
    choose(page, CLIP)
    expect_alert(page, "The server does not respond.", "Try again in a moment.")


def test_a_recording_survives_being_offline(visit: Visit):
    page = visit()
    page.context.set_offline(True)
    record(page, 1500)
    expect_alert(page, "You are offline.", "Connect to the network, then try again.")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the audio").click()
    assert saved.value.path().stat().st_size > 1000
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".facts")).to_contain_text("word", timeout=30_000)


def test_a_key_is_prompted_for_once_and_kept_until_removed(visit: Visit):
    page = visit()
    keys: list[str | None] = []

    def answer(route: Any) -> None:
        keys.append(route.request.headers.get("x-api-key"))
        if keys[-1] == "right":
            route.fulfill(json=TRANSCRIPTION)
        else:
            route.fulfill(status=403, body=problem("forbidden"))

    page.route("**/v1/transcribe*", answer)
    choose(page, CLIP, CLIP)
    dialog = page.get_by_role("dialog", name="This server requires an API key")
    expect(page.get_by_label("API key", exact=True)).to_be_focused()
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect_alert(page, "The server rejected the API key.")
    page.keyboard.type("right")
    page.keyboard.press("Enter")
    expect(page.locator(".words span")).to_have_count(2)
    expect(dialog).to_be_hidden()
    assert keys == [None, "wrong", "right", "right"]

    page.reload()
    choose(page, CLIP)
    transcript(page)
    assert keys[4:] == ["right"]
    page.get_by_role("button", name="Remove the API key").click()
    choose(page, CLIP)
    expect(dialog).to_be_visible()
    assert keys[5:] == [None]
    page.keyboard.press("Escape")
    expect_alert(page, "The server requires an API key.")
    expect(page.get_by_role("button", name="Remove the API key")).to_be_hidden()


def test_the_page_works_below_a_stage(chromium: Browser, server: str, hello: Path):
    """As behind API Gateway: below /prod, without a slash at the end."""
    page = chromium.new_page()

    def forward(route: Any) -> None:
        path = route.request.url.removeprefix(f"{server}/prod")
        route.fulfill(response=route.fetch(url=f"{server}/{path.removeprefix('/')}"))

    page.route(f"{server}/prod**", forward)
    page.route(f"{server}/prod/**", forward)
    page.goto(f"{server}/prod?x=1")
    expect(page.locator("#model")).to_contain_text("Model:")
    assert page.url == f"{server}/prod/?x=1"
    choose(page, hello)
    assert transcript(page)
    page.close()
