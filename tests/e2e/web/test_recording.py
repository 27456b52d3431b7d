"""Recording of the microphone, and playback of the result."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import (
    Visit,
    posts,
    press_record,
    record,
    transcript,
)
from tests.support.interfaces import Document

pytestmark = pytest.mark.e2e

CommandLine = Callable[[Path], Document]


# Stores the indices of words that are marked during playback in an attribute of the button.
STORE_MARKED = """() => {
    const play = document.querySelector(".play");
    new MutationObserver(() => {
        const marked = document.querySelector(".words .now");
        if (marked) play.dataset.marked = `${play.dataset.marked ?? ""} ${marked.dataset.index}`;
    }).observe(document.querySelector(".words"), {attributes: true, subtree: true});
}"""


def marked_words(page: Page) -> set[str]:
    """Indices of the words that were marked during playback."""
    return set((page.locator(".play").get_attribute("data-marked") or "").split())


def is_drawn(page: Page, canvas: str) -> bool:
    """Whether the upper third of a canvas is not empty."""
    found: bool = page.locator(canvas).evaluate(
        """canvas => canvas.getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height / 3).data.some(value => value)"""
    )
    return found


def test_a_recording_has_the_transcript_of_the_command_line(
    visit: Visit, command_line: CommandLine, tmp_path: Path
):
    page = visit()
    sent = posts(page)
    record(page, 3500)
    words = transcript(page)
    (request,) = sent
    assert request.headers["content-type"] == "audio/webm;codecs=opus"
    recording = tmp_path / "recording.webm"
    recording.write_bytes(request.post_data_buffer or b"")
    expected = command_line(recording)
    assert expected["words"]
    assert words == expected["transcript"]
    first = page.locator(".words span").first
    confidence = expected["words"][0]["confidence"]
    levels = {"high": confidence >= 0.8, "medium": confidence >= 0.5, "low": True}
    expect(first).to_have_class(next(name for name, reached in levels.items() if reached))
    assert f"{int(confidence * 100)} % confidence" in (first.get_attribute("title") or "")
    expect(page.locator("#status")).to_have_text(f"Recording 1: {words}")


def test_a_recording_in_safaris_format_is_transcribed(
    visit: Visit, command_line: CommandLine, tmp_path: Path
):
    page = visit()
    page.evaluate("() => { MediaRecorder.isTypeSupported = (type) => type === 'audio/mp4'; }")
    sent = posts(page)
    record(page, 2000)
    words = transcript(page)
    (request,) = sent
    assert request.headers["content-type"].startswith("audio/mp4")
    recording = tmp_path / "recording.m4a"
    recording.write_bytes(request.post_data_buffer or b"")
    assert recording.read_bytes()[4:8] == b"ftyp"
    assert words == command_line(recording)["transcript"] != ""


def test_level_and_time_are_shown_while_recording(visit: Visit):
    page = visit(reduced_motion="no-preference")
    press_record(page)
    expect(page.locator("#timer")).to_have_text("0:02")
    assert is_drawn(page, "#meter")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#recording")).to_be_hidden()
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_focused()
    expect(page.get_by_role("article")).to_have_count(0)
    expect(page).to_have_title("Speech to text")


def test_a_word_can_be_played_and_playback_goes_on_from_there(visit: Visit):
    page = visit()
    record(page, 3300)
    transcript(page)
    play = page.locator(".play")
    position = page.get_by_role("slider", name="Position")
    expect(play).to_have_text("Play")
    assert is_drawn(page, ".waveform canvas")
    page.evaluate(STORE_MARKED)
    page.locator(".words span").nth(3).click()
    expect(play).to_have_attribute("data-marked", re.compile("."))
    expect(play).to_have_text("Play")
    assert marked_words(page) == {"3"}
    stopped = float(position.input_value())
    play.click()
    expect(play).to_have_text("Pause")
    expect(play).to_have_text("Play", timeout=8000)
    assert {"4", "5", "6"} <= marked_words(page)
    assert "2" not in marked_words(page)
    assert stopped < float(position.input_value())


def test_the_recording_itself_can_be_saved(visit: Visit):
    page = visit()
    record(page, 1500)
    transcript(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Audio").click()
    assert saved.value.suggested_filename == "Recording 1.webm"
    assert saved.value.path().read_bytes()[:4] == b"\x1a\x45\xdf\xa3"  # EBML, as WebM begins
