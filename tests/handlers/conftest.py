import pytest

from asr.settings import Settings
from asr.transcriber import warm_transcriber
from handlers import api, routes


@pytest.fixture(autouse=True)
def toy_model(toy_bundle, monkeypatch):
    """Handlers serve the toy, whatever settings they were made with."""
    toy = Settings(model_uri=str(toy_bundle))
    monkeypatch.setattr(api, "warm_transcriber", lambda _: warm_transcriber(toy))
    monkeypatch.setattr(routes, "warm_transcriber", lambda _: warm_transcriber(toy))
