from collections.abc import Iterator

import pytest

from asr.settings import Settings
from asr.transcriber import warm_transcriber
from handlers.http import openai, transcription
from tests.support.local_server import local_server


@pytest.fixture(autouse=True)
def toy_model(toy_bundle, monkeypatch):
    """Handlers use the toy model, whatever their settings."""
    settings = Settings(model_uri=str(toy_bundle))
    for module in (openai, transcription):
        monkeypatch.setattr(module, "warm_transcriber", lambda _: warm_transcriber(settings))


@pytest.fixture(scope="session")
def server(aws_server: str) -> Iterator[str]:
    """Base URL of a local server with jobs."""
    with local_server(Settings.from_environment(), aws_server) as url:
        yield url
