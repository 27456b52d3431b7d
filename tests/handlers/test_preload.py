from asr.errors import ModelUnavailableError
from asr.settings import Settings
from handlers import preload


def test_preloading_leaves_a_fault_to_the_request(monkeypatch, caplog):
    def unavailable(_):
        raise ModelUnavailableError("cannot read manifest.json")

    monkeypatch.setattr(preload, "warm_transcriber", unavailable)
    preload.preload(Settings())


def test_preloading_opens_the_model_that_requests_are_served_with(monkeypatch):
    opened: list[Settings] = []
    monkeypatch.setattr(preload, "warm_transcriber", opened.append)
    settings = Settings()
    preload.preload(settings)
    assert opened == [settings]
