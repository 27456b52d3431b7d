"""Press, speak, read: from the microphone to the words, and what there is to do with them."""

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


# Keeps on the button, as a list, which words are marked in the course of playback.
FOLLOW = """() => {
    const play = document.querySelector(".play");
    new MutationObserver(() => {
        const marked = document.querySelector(".words .now");
        if (marked) play.dataset.heard = `${play.dataset.heard ?? ""} ${marked.dataset.index}`;
    }).observe(document.querySelector(".words"), {attributes: true, subtree: true});
}"""


def heard(page: Page) -> set[str]:
    """Which words have been marked while they were played, by number."""
    return set((page.locator(".play").get_attribute("data-heard") or "").split())


def is_drawn(page: Page, canvas: str) -> bool:
    """Whether a canvas shows more than a line of dots: something in its upper third."""
    found: bool = page.locator(canvas).evaluate(
        """canvas => canvas.getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height / 3).data.some(value => value)"""
    )
    return found


def test_the_page_says_of_a_recording_what_the_command_line_says(
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
    steps = {"sure": confidence >= 0.8, "unsure": confidence >= 0.5, "doubtful": True}
    expect(first).to_have_class(next(name for name, reached in steps.items() if reached))
    assert f"{int(confidence * 100)} % sure" in (first.get_attribute("title") or "")
    expect(page.locator("#status")).to_have_text(f"Recording 1: {words}")


def test_a_recording_as_safari_makes_it_is_read_too(
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


def test_while_it_records_it_shows_how_loud_and_how_long(visit: Visit):
    page = visit(reduced_motion="no-preference")
    press_record(page)
    expect(page.locator("#timer")).to_have_text("0:02")
    assert is_drawn(page, "#meter")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#recording")).to_be_hidden()
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_focused()
    expect(page.get_by_role("article")).to_have_count(0)
    expect(page).to_have_title("Speech to text")


def test_a_word_is_heard_alone_and_all_of_it_from_there(visit: Visit):
    page = visit()
    record(page, 3300)
    transcript(page)
    play = page.locator(".play")
    position = page.get_by_role("slider", name="Position")
    expect(play).to_have_text("Play")
    assert is_drawn(page, ".waveform canvas")
    page.evaluate(FOLLOW)
    page.locator(".words span").nth(3).click()
    expect(play).to_have_attribute("data-heard", re.compile("."))
    expect(play).to_have_text("Play")
    assert heard(page) == {"3"}
    stopped = float(position.input_value())
    play.click()
    expect(play).to_have_text("Pause")
    expect(play).to_have_text("Play", timeout=8000)
    assert {"4", "5", "6"} <= heard(page)
    assert "2" not in heard(page)
    assert stopped < float(position.input_value())


def test_the_recording_itself_can_be_saved(visit: Visit):
    page = visit()
    record(page, 1500)
    transcript(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Audio").click()
    assert saved.value.suggested_filename == "Recording 1.webm"
    assert saved.value.path().read_bytes()[:4] == b"\x1a\x45\xdf\xa3"  # EBML, as WebM begins
