"""The local server with the embedded model, and browsers that open its page."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.support import browser, interfaces
from tests.support.browser import Visit

SILENCE_SECONDS = 0.5  # before and after the clip of the microphone


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of the server of `make serve`."""
    with interfaces.local_server({}, tmp_path_factory.mktemp("server") / "log") as address:
        yield address


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def spoken(hello: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clip as a WAV file with silence around it."""
    samples, rate = soundfile.read(hello)
    silence = np.zeros(round(SILENCE_SECONDS * rate))
    path = tmp_path_factory.mktemp("microphone") / "spoken.wav"
    soundfile.write(path, np.concatenate([silence, samples, silence]), rate)
    return path


@pytest.fixture(scope="session")
def chromium(playwright: Playwright, spoken: Path) -> Iterator[Browser]:
    launched = browser.launch(playwright, browser.microphone_flags(spoken))
    yield launched
    launched.close()


@pytest.fixture
def visit(chromium: Browser, server: str) -> Iterator[Visit]:
    """Open the page in a browser whose microphone plays the clip."""
    with browser.visits(chromium, server) as visit:
        yield visit
