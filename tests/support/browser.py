"""Chromium with a microphone that plays a clip, and actions on the web page."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, expect

from tests.support.interfaces import ROOT

# Opens the page in a browser context with these options.
Visit = Callable[..., Page]

FLAGS = [
    "--no-sandbox",  # Chromium has no sandbox as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A name of this machine other than localhost, which is not a secure context without https.
    "--host-resolver-rules=MAP page.test 127.0.0.1",
]
MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
# Console message for failed responses, which tests provoke; any other message is an error.
EXPECTED_MESSAGE = "Failed to load resource"


def microphone_flags(clip: Path) -> list[str]:
    """Flags of a microphone that plays `clip` (WAV) in a loop."""
    return [*MICROPHONE, f"--use-file-for-fake-audio-capture={clip}"]


def launch(playwright: Playwright, flags: list[str]) -> Browser:
    chromium = subprocess.run(
        [ROOT / "scripts" / "dev" / "chromium"], capture_output=True, check=True, text=True
    )
    return playwright.chromium.launch(
        executable_path=chromium.stdout.strip(), args=[*FLAGS, *flags]
    )


@contextmanager
def visits(browser: Browser, server: str) -> Iterator[Visit]:
    """Open pages in separate browser contexts; at the end, none may have logged an error."""
    errors: list[str] = []
    contexts = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and EXPECTED_MESSAGE not in message.text:
            errors.append(message.text)

    def visit(address: str = f"{server}/", **options: Any) -> Page:
        context = browser.new_context(**{"reduced_motion": "reduce", **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", listen)
        page.goto(address)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not errors


def posts(page: Page) -> list[Request]:
    """POST requests of the page from now on, in a list that grows."""
    sent: list[Request] = []

    def listen(request: Request) -> None:
        if request.method == "POST":
            sent.append(request)

    page.on("request", listen)
    return sent


def press_record(page: Page) -> None:
    page.get_by_role("button", name="Record", exact=True).click()


def record(page: Page, milliseconds: int) -> None:
    """Record the microphone for some time."""
    press_record(page)
    expect(page).to_have_title("● Speech to text")
    page.wait_for_timeout(milliseconds)
    page.get_by_role("button", name="Stop", exact=True).click()


def choose(page: Page, *files: Path | dict[str, Any]) -> None:
    """Choose files, by path or as {name, mimeType, buffer}."""
    page.locator("#files").set_input_files(list(files))  # type: ignore[arg-type]


def transcript(page: Page, number: int = 0) -> str:
    """Wait for the transcript of the n-th result from the top."""
    words = page.get_by_role("article").nth(number).locator(".words")
    expect(words).to_be_visible(timeout=30_000)
    return (words.text_content() or "").strip()
