"""A real Chromium with a microphone that plays a clip, and the page in it."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, expect

from tests.support.interfaces import ROOT

# Visits the page: options of a browser context in, the page out.
Visit = Callable[..., Page]

FLAGS = [
    "--no-sandbox",  # root may not have one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A name of this machine that is not localhost, and so not secure without https.
    "--host-resolver-rules=MAP page.test 127.0.0.1",
]
MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
# What the browser says of answers that a test asks for; anything else it says is a fault.
EXPECTED = "Failed to load resource"


def playing(clip: Path) -> list[str]:
    """The flags of a microphone that plays `clip` (WAV), again and again."""
    return [*MICROPHONE, f"--use-file-for-fake-audio-capture={clip}"]


def launch(playwright: Playwright, flags: list[str]) -> Browser:
    chromium = subprocess.run(
        [ROOT / "scripts" / "chromium"], capture_output=True, check=True, text=True
    )
    return playwright.chromium.launch(
        executable_path=chromium.stdout.strip(), args=[*FLAGS, *flags]
    )


@contextmanager
def visits(browser: Browser, server: str) -> Iterator[Visit]:
    """Visits, each as someone new; at the end, nothing may have gone wrong in any of them."""
    faults: list[str] = []
    contexts = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and EXPECTED not in message.text:
            faults.append(message.text)

    def visit(address: str = f"{server}/", **options: Any) -> Page:
        context = browser.new_context(**{"reduced_motion": "reduce", **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", listen)
        page.goto(address)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not faults


def posts(page: Page) -> list[Request]:
    """What the page sends from now on, in a list that grows."""
    sent: list[Request] = []

    def listen(request: Request) -> None:
        if request.method == "POST":
            sent.append(request)

    page.on("request", listen)
    return sent


def press_record(page: Page) -> None:
    page.get_by_role("button", name="Record", exact=True).click()


def record(page: Page, milliseconds: int) -> None:
    """Press, let the microphone play, press again."""
    press_record(page)
    expect(page).to_have_title("● Speech to text")
    page.wait_for_timeout(milliseconds)
    page.get_by_role("button", name="Stop", exact=True).click()


def choose(page: Page, *files: Path | dict[str, Any]) -> None:
    """Choose files, by path or as {name, mimeType, buffer}."""
    page.locator("#files").set_input_files(list(files))  # type: ignore[arg-type]


def transcript(page: Page, number: int = 0) -> str:
    """The words on the page of the result at that place, from the top, when they are there."""
    words = page.get_by_role("article").nth(number).locator(".words")
    expect(words).to_be_visible(timeout=30_000)
    return (words.text_content() or "").strip()
