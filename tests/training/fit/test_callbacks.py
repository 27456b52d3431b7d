from tests.support import tone_corpus
from training.evaluation.metrics import Score
from training.fit.train import resume_step, train

SONGS = ["ab", "bcd", "cdef", "a b c"]


def fake_rates(monkeypatch, *rates):
    """Replace the word error rates of the validations by `rates`; returns those left."""
    left = list(rates)
    monkeypatch.setattr(
        "training.fit.module.score",
        lambda *_: Score(10, 100, 100, round(100 * left.pop(0)), 0, 0, 0),
    )
    return left


def run_of(tmp_path, **changes):
    if not (tmp_path / "data").exists():
        tone_corpus.write_corpus(tmp_path / "data" / "tones", SONGS)
        tone_corpus.write_corpus(tmp_path / "data" / "dev", SONGS[:2])
    recipe = tone_corpus.recipe(steps=12, validation_interval=2, batch_seconds=1.0, **changes)
    return train(recipe, tmp_path / "data", tmp_path / "runs", "tiny", workers=0)


def test_a_run_stops_early_when_the_metric_on_dev_does_not_improve(tmp_path, monkeypatch):
    left = fake_rates(monkeypatch, 0.5, 0.3, 0.4, 0.35, 0.1, 0.1)
    run = run_of(tmp_path, early_stopping_patience=2)
    assert resume_step(run / "last.ckpt") == 8
    assert resume_step(run / "best.ckpt") == 4
    assert len(left) == 2


def test_a_run_that_stopped_early_stays_stopped(tmp_path, monkeypatch):
    left = fake_rates(monkeypatch, 0.5, 0.3, 0.4, 0.35, 0.1, 0.1)
    run_of(tmp_path, early_stopping_patience=2)
    run = run_of(tmp_path, early_stopping_patience=2)
    assert resume_step(run / "last.ckpt") == 8
    assert len(left) == 2


def test_without_early_stopping_a_run_reaches_its_last_step(tmp_path, monkeypatch):
    fake_rates(monkeypatch, *[0.5] * 6)
    assert resume_step(run_of(tmp_path) / "last.ckpt") == 12


def test_the_remaining_time_is_estimated_from_the_first_updates(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("training.fit.callbacks.ESTIMATE_STEPS", 4)
    run_of(tmp_path)
    assert "6 updates left, about 0 min\n" in capsys.readouterr().err
