"""Files, dropped or chosen: each with its own result, to read, copy and save."""

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
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
# Drops files, as [name, type, base64], on the middle of the page.
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


def server_transcript(server: str, clip: Path, form: str, decoder: str = "greedy") -> str:
    """Transcript of a file from the server, without the page."""
    response = requests.post(
        f"{server}/v1/transcribe?format={form}&decoder={decoder}",
        data=clip.read_bytes(),
        headers={"content-type": "audio/flac"},
        timeout=60,
    )
    response.raise_for_status()
    return response.content.decode()


def test_warnings_about_the_audio_are_shown(visit: Visit, hello: Path):
    page = visit()
    samples, rate = soundfile.read(hello)
    wav = io.BytesIO()
    soundfile.write(wav, np.stack([samples, -samples], axis=1), rate, format="WAV")
    drop(page, ("a.wav", "audio/wav", wav.getvalue()), ("._a.wav", "audio/wav", b"\0\5\x16\7"))
    expect(page.locator("[data-part=warnings] li")).to_contain_text(
        "The channels are in anti-phase"
    )
    expect(page.locator("#results > li")).to_have_count(1)


def test_dropped_files_are_transcribed_in_their_order(
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
    assert transcript(page, 2) == server_transcript(server, SEVEN, "text").strip()
    rejected = page.get_by_role("article").nth(1)
    expect(rejected.get_by_role("alert")).to_contain_text("The audio format is not supported.")
    expect(page.locator("#drop")).to_be_hidden()


def test_the_language_model_is_used_on_request(visit: Visit, server: str, hello: Path):
    page = visit()
    choice = page.get_by_role("checkbox", name="Use the language model")
    expect(choice).not_to_be_checked()
    choose(page, hello)
    assert transcript(page) == server_transcript(server, hello, "text").strip()
    choice.check()
    choose(page, hello)
    expect(page.get_by_role("heading", level=3)).to_have_count(2)
    assert transcript(page) == server_transcript(server, hello, "text", "beam").strip()
    with page.expect_download() as download:
        page.get_by_role("article").first.get_by_role("button", name="SRT").click()
    assert download.value.path().read_text() == server_transcript(server, hello, "srt", "beam")


def test_punctuation_is_a_choice_where_the_model_writes_it(visit: Visit, server: str, hello: Path):
    page = visit()
    expect(page.get_by_role("checkbox", name="Punctuation")).to_be_hidden()
    health = requests.get(f"{server}/v1/health", timeout=60).json() | {"punctuation": True}
    page.route("**/v1/health", lambda route: route.fulfill(json=health))
    page.reload()
    sent = posts(page)
    choose(page, hello)
    transcript(page)
    page.get_by_role("checkbox", name="Punctuation").uncheck()
    choose(page, hello)
    expect(page.get_by_role("heading", level=3)).to_have_count(2)
    transcript(page)
    assert [each.url.partition("punctuate=")[2] for each in sent] == ["true", "false"]


def test_names_are_sent_as_a_vocabulary(visit: Visit, server: str, hello: Path):
    page = visit()
    sent = posts(page)
    page.get_by_role("textbox", name="Names that may occur").fill("Weather, Fine Today,")
    choose(page, hello)
    shown = transcript(page)
    query = parse_qs(urlsplit(sent[0].url).query)
    assert (query["vocabulary"], "decoder" in query) == (["Weather,Fine Today"], False)
    answer = requests.post(sent[0].url, data=hello.read_bytes(), timeout=60).json()
    assert (shown, answer["model"]["decoder"]) == (answer["transcript"], "beam")


def test_a_result_is_saved_as_rendered_by_the_server(visit: Visit, server: str, hello: Path):
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
        answer = server_transcript(server, hello, form)
        assert answer.strip()
        if form == "json":
            assert transcript_fields(json.loads(saved)) == transcript_fields(json.loads(answer))
        else:
            assert saved == answer
    # Formats of the first response, or fetched before, are not requested again.
    assert [request.url.rpartition("=")[2] for request in sent] == ["json", "srt", "vtt"]


def test_a_transcript_is_copied(visit: Visit, hello: Path):
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    choose(page, hello)
    words = transcript(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == words
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()


def test_a_format_that_the_browser_cannot_play_is_transcribed(
    visit: Visit, server: str, hello: Path, tmp_path: Path
):
    clip = tmp_path / "hello.aiff"
    soundfile.write(clip, *soundfile.read(hello), format="AIFF")
    page = visit()
    choose(page, clip)
    assert transcript(page) == server_transcript(server, clip, "text").strip()
    expect(page.get_by_text("This browser cannot play this audio format")).to_be_visible()
    expect(page.locator(".play")).to_be_hidden()
    expect(page.get_by_role("slider")).to_be_disabled()


def test_a_transcript_has_paragraphs_at_its_pauses(visit: Visit):
    def answer(route: Any) -> None:
        words = [
            {
                "word": word.lower(),
                "start": start,
                "end": start + 0.5,
                "confidence": confidence,
                "punctuated_word": word,
            }
            for word, start, confidence in [("One,", 0, 0.9), ("two", 1, 0.799), ("three", 4, 0.5)]
        ]
        transcription = {"transcript": "One, two three", "confidence": 0.733, "duration": 3661.0}
        route.fulfill(json=transcription | {"words": words})

    page = visit()
    page.route("**/v1/transcribe*", answer)
    choose(page, {"name": "long.mp3", "mimeType": "audio/mpeg", "buffer": b"not read here"})
    transcript(page)
    expect(page.locator(".words p")).to_have_text(["One, two", "three"])
    expect(page.locator(".facts")).to_have_text("1:01:01.0 · 3 words · 73 % confidence")
    titles = [word.get_attribute("title") for word in page.locator(".words span").all()]
    assert titles == [
        "90 % confidence, at 0:00.0",
        "79 % confidence, at 0:01.0",
        "50 % confidence, at 0:04.0",
    ]
    classes = [word.get_attribute("class") for word in page.locator(".words span").all()]
    assert classes == ["high", "medium", "medium"]


def test_a_removed_result_is_not_sent(visit: Visit, hello: Path):
    page = visit()
    page.route("**/v1/transcribe*", lambda _: None)  # never answers
    choose(page, hello, SEVEN)
    expect(page.get_by_text("Waiting for earlier files")).to_be_visible()
    page.get_by_role("button", name="Remove hello.flac").click()
    expect(page.get_by_role("heading", level=3)).to_have_text(["seven.flac"])
    expect(page.get_by_role("heading", name="seven.flac")).to_be_focused()
    expect(page.get_by_text("Transcribing", exact=True)).to_be_visible()
    page.get_by_role("button", name="Remove seven.flac").click()
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_focused()
