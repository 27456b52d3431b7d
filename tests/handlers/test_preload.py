from asr.errors import ModelUnavailableError
from asr.settings import Settings
from handlers import preload


def test_an_error_while_preloading_is_left_to_the_first_request(monkeypatch, caplog):
    def unavailable(_):
        raise ModelUnavailableError("cannot read manifest.json")

    monkeypatch.setattr(preload, "warm_transcriber", unavailable)
    preload.preload(Settings())


def test_preloading_opens_the_model_of_the_settings(monkeypatch):
    opened: list[Settings] = []
    monkeypatch.setattr(preload, "warm_transcriber", opened.append)
    settings = Settings()
    preload.preload(settings)
    assert opened == [settings]
