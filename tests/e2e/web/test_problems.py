"""What can go wrong: the page says what happened, and what to do."""

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

CLIP = {"name": "clip.wav", "mimeType": "audio/wav", "buffer": b"as good as any"}
HEARD: dict[str, Any] = {
    "transcript": "hello",
    "confidence": 0.9,
    "duration": 1.0,
    "words": [{"word": "hello", "start": 0.2, "end": 0.8, "confidence": 0.9}],
}


def problem(code: str, detail: str = "") -> str:
    return json.dumps({"code": code, "detail": detail})


def silence(seconds: float) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.zeros(round(seconds * 8000)), 8000, format="FLAC")
    return file.getvalue()


def says(page: Page, *sentences: str) -> None:
    """The page says so, where a screen reader speaks up."""
    alert = page.get_by_role("alert").filter(has_text=sentences[0])
    expect(alert).to_be_visible(timeout=30_000)
    for sentence in sentences[1:]:
        expect(alert).to_contain_text(sentence)


# The microphone


@pytest.fixture
def without_microphone(playwright: Playwright, server: str):
    launched = browser.launch(playwright, [])
    with browser.visits(launched, server) as visit:
        yield visit
    launched.close()


@pytest.fixture
def refusing(playwright: Playwright, server: str):
    flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream=deny"]
    launched = browser.launch(playwright, flags)
    with browser.visits(launched, server) as visit:
        yield visit
    launched.close()


@pytest.fixture
def silent(playwright: Playwright, server: str, tmp_path: Path):
    soundfile.write(tmp_path / "silence.wav", np.zeros(16_000), 16_000)
    launched = browser.launch(playwright, browser.playing(tmp_path / "silence.wav"))
    with browser.visits(launched, server) as visit:
        yield visit
    launched.close()


def test_no_microphone(without_microphone: Visit):
    page = without_microphone(permissions=["microphone"])
    press_record(page)
    says(page, "No microphone was found.", "Connect one")
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_enabled()


def test_a_refused_microphone(refusing: Visit):
    page = refusing()
    press_record(page)
    says(page, "This page may not use the microphone.", "Allow it in the browser's settings")


def test_a_page_that_is_not_secure(visit: Visit, server: str, hello: Path):
    page = visit(f"{server.replace('localhost', 'page.test')}/")
    press_record(page)
    says(page, "The microphone works on secure pages only.")
    choose(page, hello)
    words = transcript(page)
    page.get_by_role("button", name="Copy").click()  # without the clipboard of secure pages
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert words


def test_silence_is_noticed_and_nothing_is_heard_in_it(silent: Visit):
    page = silent()
    press_record(page)
    hint = page.get_by_text("Nothing is to be heard. Is this the right microphone?")
    expect(hint).to_be_visible(timeout=10_000)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".words")).to_contain_text("No words were heard.", timeout=30_000)
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()


# The audio, as the server really answers


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not audio at all " * 100, "This is not audio that can be read."),
        (b"", "There is no sound in this."),
        (silence(0.05), "This is too short to hold a word."),
        (silence(301), "This is too long for one request, and this server takes no uploads."),
        (bytes(4_700_001), "This is too large for one request, and this server takes no uploads."),
    ],
)
def test_audio_that_cannot_be_transcribed(visit: Visit, content: bytes, said: str):
    page = visit()
    choose(page, {"name": "clip", "mimeType": "audio/flac", "buffer": content})
    says(page, said)
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()


def test_a_file_that_is_gone_or_a_folder(visit: Visit):
    page = visit()
    page.evaluate(
        """() => { Blob.prototype.arrayBuffer = () =>
            Promise.reject(new DOMException("gone", "NotFoundError")); }"""
    )
    choose(page, CLIP)
    says(page, "This cannot be read.", "A folder cannot be sent")


# The server and the way to it


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (429, problem("throttled"), "The server has too much to do."),
        (429, problem("quota_exceeded"), "Today's requests are used up."),
        (429, '{"message": "Too Many Requests"}', "The server has too much to do."),
        (503, problem("model_unavailable"), "The server cannot open its speech model."),
        (500, problem("internal", "see the logs"), "The server says: “see the logs”"),
        (502, "<html>Bad gateway</html>", "The server failed."),
        (418, problem("never heard of"), "The server failed."),
    ],
)
def test_an_answer_that_may_be_better_next_time(visit: Visit, status: int, body: str, said: str):
    page = visit()
    page.route("**/v1/transcribe*", lambda route: route.fulfill(status=status, body=body))
    choose(page, CLIP)
    says(page, said)
    page.unroute("**/v1/transcribe*")
    page.route("**/v1/transcribe*", lambda route: route.fulfill(json=HEARD))
    page.get_by_role("button", name="Try again").click()
    assert transcript(page) == "hello"
    expect(page.locator("article").get_by_role("alert")).to_be_hidden()


def test_a_server_that_is_too_slow_and_takes_no_uploads(visit: Visit):
    page = visit()
    page.route("**/v1/transcribe*", lambda route: route.fulfill(status=504, body="{}"))
    sent = posts(page)
    choose(page, CLIP)
    says(page, "The server took too long for one request, and takes no uploads.")
    assert [request.url.rpartition("/v1/")[2] for request in sent] == [
        "transcribe?format=json",
        "jobs",
    ]


def test_a_server_that_is_down(visit: Visit):
    page = visit()
    page.route("**/v1/transcribe*", lambda route: route.abort("connectionrefused"))
    choose(page, CLIP)
    says(page, "The server does not answer.", "Try again in a moment.")


def test_a_recording_outlives_being_offline(visit: Visit):
    page = visit()
    page.context.set_offline(True)
    record(page, 1500)
    says(page, "You are offline.", "Connect to the network, then try again.")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the audio").click()
    assert saved.value.path().stat().st_size > 1000
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".facts")).to_contain_text("word", timeout=30_000)


def test_a_key_is_asked_for_once_and_kept_until_it_is_forgotten(visit: Visit):
    page = visit()
    keys: list[str | None] = []

    def answer(route: Any) -> None:
        keys.append(route.request.headers.get("x-api-key"))
        if keys[-1] == "right":
            route.fulfill(json=HEARD)
        else:
            route.fulfill(status=403, body=problem("forbidden"))

    page.route("**/v1/transcribe*", answer)
    choose(page, CLIP, CLIP)
    dialog = page.get_by_role("dialog", name="This server asks for an API key")
    expect(page.get_by_label("API key", exact=True)).to_be_focused()
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    says(page, "The server does not take the key that it was sent.")
    page.keyboard.type("right")
    page.keyboard.press("Enter")
    expect(page.locator(".words span")).to_have_count(2)
    expect(dialog).to_be_hidden()
    assert keys == [None, "wrong", "right", "right"]

    page.reload()
    choose(page, CLIP)
    transcript(page)
    assert keys[4:] == ["right"]
    page.get_by_role("button", name="Forget the API key").click()
    choose(page, CLIP)
    expect(dialog).to_be_visible()
    assert keys[5:] == [None]
    page.keyboard.press("Escape")
    says(page, "The server asks for an API key.")
    expect(page.get_by_role("button", name="Forget the API key")).to_be_hidden()


def test_the_page_works_below_a_stage(chromium: Browser, server: str, hello: Path):
    """As API Gateway serves it: below /prod, whose slash nobody types."""
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
