"""Appearance and accessibility of the page: light, dark, phone; keyboard; axe.

With SCREENSHOTS=docs/images the screenshots of the README are written there.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.browser import (
    Visit,
    choose,
    press_record,
    transcript,
)

pytestmark = pytest.mark.e2e

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1000, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1000, "height": 800}},
    "phone": {
        "color_scheme": "light",
        "viewport": {"width": 360, "height": 740},
        "has_touch": True,
        "is_mobile": True,
    },
}


def empty(page: Page) -> None:
    expect(page.locator("#model")).to_contain_text("Model:")


def recording(page: Page) -> None:
    press_record(page)
    expect(page.locator("#timer")).to_have_text("0:03")


def transcribed(page: Page) -> None:
    page.get_by_role("button", name="Stop", exact=True).click()
    transcript(page)
    expect(page.get_by_role("slider")).to_be_enabled()


def rejected(page: Page) -> None:
    choose(page, {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"not audio " * 50})
    expect(page.get_by_role("alert").filter(has_text="format is not supported")).to_be_visible()


def key_dialog(page: Page) -> None:
    page.route("**/v1/transcribe*", lambda route: route.fulfill(status=403, body="{}"))
    choose(page, {"name": "clip.wav", "mimeType": "audio/wav", "buffer": b"clip"})
    expect(page.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_no_violations_and_nothing_overflows(visit: Visit, look: str):
    page = visit(**LOOKS[look])
    for state in (empty, recording, transcribed, rejected, key_dialog):
        state(page)
        violations = Axe().run(page).response["violations"]
        assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []
        width = page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= LOOKS[look]["viewport"]["width"]
        if state is transcribed and "SCREENSHOTS" in os.environ:
            screenshot = Path(os.environ["SCREENSHOTS"]) / f"page-{look}.png"
            page.screenshot(path=screenshot, full_page=True)


def test_the_page_works_by_keyboard(visit: Visit):
    page = visit()
    keyboard = page.keyboard
    keyboard.press("Tab")
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_focused()
    keyboard.press("Enter")
    expect(page.locator("#timer")).to_have_text("0:03")
    keyboard.press("Enter")
    transcript(page)
    for stop in (
        page.get_by_role("button", name="choose files", exact=True),
        page.get_by_role("checkbox"),
        page.get_by_role("textbox", name="Names that may occur"),
        page.get_by_role("button", name="Remove Recording 1", exact=True),
        page.get_by_role("button", name="Play", exact=True),
    ):
        keyboard.press("Tab")
        expect(stop).to_be_focused()
    keyboard.press("Tab")
    slider = page.get_by_role("slider", name="Position")
    expect(slider).to_be_focused()
    keyboard.press("ArrowRight")
    expect(slider).to_have_value("0.1")
    keyboard.press("Tab")
    words = page.locator(".words span")
    for key, index in [("", 0), ("ArrowRight", 1), ("End", -1), ("Home", 0), ("ArrowLeft", 0)]:
        if key:
            keyboard.press(key)
        expect(words.nth(index)).to_be_focused()
    keyboard.press("ArrowRight")
    start = page.locator(".words span").nth(1)
    keyboard.press("Enter")
    expect(slider).not_to_have_value("0.1")
    expect(start).to_be_focused()
    keyboard.press("Tab")  # all words are one tab stop
    expect(page.get_by_role("button", name="Copy")).to_be_focused()
    for name in ("Text", "SRT", "VTT", "JSON", "Audio"):
        keyboard.press("Tab")
        expect(page.get_by_role("button", name=name, exact=True)).to_be_focused()


def test_progress_is_announced_to_screen_readers(visit: Visit, hello: Path):
    page = visit()
    status = page.locator("#status")
    page.evaluate(
        """() => { window.announced = []; const status = document.getElementById("status");
        new MutationObserver(() => announced.push(status.textContent))
            .observe(status, {childList: true}); }"""
    )
    choose(page, hello)
    words = transcript(page)
    expect(status).to_have_text(f"hello.flac: {words}")
    assert page.evaluate("() => announced")[0] == "Transcribing: hello.flac"
    expect(status).to_have_attribute("role", "status")
    expect(page.get_by_role("group", name="Words of hello.flac; arrow keys")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
