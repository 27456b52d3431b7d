import json
import zipfile

import pytest

from tests.support import tone_corpus
from training.fit.loggers import open_loggers
from training.fit.train import train

SONGS = ["ab", "bcd", "cdef"]


@pytest.fixture
def comet_offline(monkeypatch):
    monkeypatch.setenv("COMET_API_KEY", "of-no-account")
    monkeypatch.setenv("COMET_START_ONLINE", "0")


def run_of(tmp_path, steps):
    if not (tmp_path / "data").exists():
        tone_corpus.write_corpus(tmp_path / "data" / "tones", SONGS)
        tone_corpus.write_corpus(tmp_path / "data" / "dev", SONGS)
    recipe = tone_corpus.recipe(steps=steps, validation_interval=2, batch_seconds=1.0)
    return train(recipe, tmp_path / "data", tmp_path / "runs", "tiny", workers=0)


def messages(archive):
    """Messages that an offline archive would send to Comet."""
    with zipfile.ZipFile(archive) as content:
        lines = content.read("messages.json").decode().splitlines()
    return [json.loads(line)["payload"] for line in lines]


def test_comet_is_disabled_without_its_key(tmp_path, monkeypatch):
    monkeypatch.delenv("COMET_API_KEY", raising=False)
    assert [type(logger).__name__ for logger in open_loggers(tmp_path / "run", 0)] == [
        "CSVLogger",
        "TensorBoardLogger",
    ]


def test_a_run_logs_its_metrics_and_curves_to_comet(tmp_path, comet_offline):
    run = run_of(tmp_path, steps=4)
    (archive,) = (run / "comet").glob("*/*.zip")
    sent = messages(archive)
    metrics = [message["metric"] for message in sent if message.get("metric")]
    names = {metric["metricName"] for metric in metrics}
    assert {"dev_wer", "dev_cer", "dev_loss"} <= names
    assert {m["step"] for m in metrics if m["metricName"] == "dev_wer"} == {1, 3}
    files = [message.get("additional_params", {}).get("fileName") for message in sent]
    assert "curves.svg" in files


def test_a_resumed_run_continues_its_comet_experiment(tmp_path, comet_offline):
    run_of(tmp_path, steps=2)
    key = (tmp_path / "runs" / "tiny" / "comet-experiment").read_text()
    run = run_of(tmp_path, steps=4)
    archives = list((run / "comet").glob("*/*.zip"))
    assert len(archives) == 2
    assert all(archive.name.startswith(key) for archive in archives)
