"""Files, dropped or chosen: each with a result of its own, to read, copy and save."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import soundfile
from playwright.sync_api import Page, expect

from tests.support.browser import (
    Visit,
    choose,
    posts,
    transcript,
)
from tests.support.interfaces import ROOT, Document, transcript_fields

pytestmark = pytest.mark.e2e

CommandLine = Callable[[Path], Document]
SEVEN = ROOT / "samples" / "seven.flac"
# Drops files, given as [name, type, base64], on the middle of the page.
DROP = """files => {
    const dataTransfer = new DataTransfer();
    for (const [name, type, encoded] of files) {
        const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
        dataTransfer.items.add(new File([bytes], name, { type }));
    }
    for (const type of ["dragenter", "dragover", "drop"]) {
        document.querySelector("main").dispatchEvent(
            new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }
}"""


def drop(page: Page, *files: tuple[str, str, bytes]) -> None:
    encoded = [[name, type, base64.b64encode(content).decode()] for name, type, content in files]
    page.evaluate(DROP, encoded)


def answer_to(server: str, clip: Path, form: str, decoder: str = "greedy") -> str:
    """What the server says of a file, without the page."""
    answer = requests.post(
        f"{server}/v1/transcribe?format={form}&decoder={decoder}",
        data=clip.read_bytes(),
        headers={"content-type": "audio/flac"},
        timeout=60,
    )
    answer.raise_for_status()
    return answer.content.decode()


def test_dropped_files_are_transcribed_each_in_its_place(
    visit: Visit, server: str, command_line: CommandLine, hello: Path
):
    page = visit()
    drop(
        page,
        ("hello.flac", "audio/flac", hello.read_bytes()),
        ("notes.txt", "text/plain", b"not audio at all " * 100),
        ("seven.flac", "audio/flac", SEVEN.read_bytes()),
    )
    expect(page.get_by_role("heading", level=3)).to_have_text(
        ["hello.flac", "notes.txt", "seven.flac"]
    )
    assert transcript(page, 0) == command_line(hello)["transcript"]
    assert transcript(page, 2) == answer_to(server, SEVEN, "text").strip()
    refused = page.get_by_role("article").nth(1)
    expect(refused.get_by_role("alert")).to_contain_text("This is not audio that can be read.")
    expect(page.locator("#drop")).to_be_hidden()


def test_the_language_model_helps_where_it_is_asked_to(visit: Visit, server: str, hello: Path):
    page = visit()
    choice = page.get_by_role("checkbox", name="Use the language model")
    expect(choice).not_to_be_checked()
    choose(page, hello)
    assert transcript(page) == answer_to(server, hello, "text").strip()
    choice.check()
    choose(page, hello)
    expect(page.get_by_role("heading", level=3)).to_have_count(2)
    assert transcript(page) == answer_to(server, hello, "text", "beam").strip()
    with page.expect_download() as download:
        page.get_by_role("article").first.get_by_role("button", name="SRT").click()
    assert download.value.path().read_text() == answer_to(server, hello, "srt", "beam")


def test_a_result_is_saved_as_the_server_writes_it(visit: Visit, server: str, hello: Path):
    page = visit()
    sent = posts(page)
    choose(page, hello)
    transcript(page)
    for label, form, ending in [
        ("Text", "text", "txt"),
        ("SRT", "srt", "srt"),
        ("VTT", "vtt", "vtt"),
        ("JSON", "json", "json"),
        ("SRT", "srt", "srt"),
    ]:
        with page.expect_download() as download:
            page.get_by_role("button", name=label, exact=True).click()
        assert download.value.suggested_filename == f"hello.{ending}"
        saved = download.value.path().read_text(encoding="utf-8")
        answer = answer_to(server, hello, form)
        assert answer.strip()
        if form == "json":
            assert transcript_fields(json.loads(saved)) == transcript_fields(json.loads(answer))
        else:
            assert saved == answer
    # What the first answer holds, and what was asked for before, is not asked for again.
    assert [request.url.rpartition("=")[2] for request in sent] == ["json", "srt", "vtt"]


def test_a_transcript_is_copied(visit: Visit, hello: Path):
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    choose(page, hello)
    words = transcript(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == words
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()


def test_what_the_browser_cannot_play_is_read_all_the_same(
    visit: Visit, server: str, hello: Path, tmp_path: Path
):
    clip = tmp_path / "hello.aiff"
    soundfile.write(clip, *soundfile.read(hello), format="AIFF")
    page = visit()
    choose(page, clip)
    assert transcript(page) == answer_to(server, clip, "text").strip()
    expect(page.get_by_text("This browser cannot play this kind of audio")).to_be_visible()
    expect(page.locator(".play")).to_be_hidden()
    expect(page.get_by_role("slider")).to_be_disabled()


def test_a_long_transcript_has_paragraphs_at_its_pauses(visit: Visit):
    def answer(route: Any) -> None:
        words = [
            {"word": word, "start": start, "end": start + 0.5, "confidence": confidence}
            for word, start, confidence in [("one", 0, 0.9), ("two", 1, 0.799), ("three", 4, 0.5)]
        ]
        heard = {"transcript": "one two three", "confidence": 0.733, "duration": 3661.0}
        route.fulfill(json=heard | {"words": words})

    page = visit()
    page.route("**/v1/transcribe*", answer)
    choose(page, {"name": "long.mp3", "mimeType": "audio/mpeg", "buffer": b"not read here"})
    transcript(page)
    expect(page.locator(".words p")).to_have_text(["one two", "three"])
    expect(page.locator(".facts")).to_have_text("1:01:01.0 · 3 words · 73 % sure")
    titles = [word.get_attribute("title") for word in page.locator(".words span").all()]
    assert titles == ["90 % sure, at 0:00.0", "79 % sure, at 0:01.0", "50 % sure, at 0:04.0"]
    classes = [word.get_attribute("class") for word in page.locator(".words span").all()]
    assert classes == ["sure", "unsure", "unsure"]


def test_a_removed_result_is_gone_and_no_longer_sent(visit: Visit, hello: Path):
    page = visit()
    page.route("**/v1/transcribe*", lambda _: None)  # never answers
    choose(page, hello, SEVEN)
    expect(page.get_by_text("Waiting for what came before")).to_be_visible()
    page.get_by_role("button", name="Remove hello.flac").click()
    expect(page.get_by_role("heading", level=3)).to_have_text(["seven.flac"])
    expect(page.get_by_role("heading", name="seven.flac")).to_be_focused()
    expect(page.get_by_text("Transcribing", exact=True)).to_be_visible()
    page.get_by_role("button", name="Remove seven.flac").click()
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_focused()
