import pytest

from training.fit.curves import PANELS, read_metrics
from training.fit.curves import plot_curves as plot  # before tests replace it
from training.fit.optimiser import learning_rate_factor


def log(run, start, *rows):
    folder = run / "csv" / f"from-{start:07d}"
    folder.mkdir(parents=True)
    (folder / "metrics.csv").write_text("\n".join(rows) + "\n")


def test_points_are_read_by_metric_and_step(tmp_path):
    log(tmp_path, 0, "dev_wer,step,train_loss", ",24,3.5", "0.9,24,", ",49,2.5")
    points = read_metrics(tmp_path)
    assert points["train_loss"] == [(24, 3.5), (49, 2.5)]
    assert points["dev_wer"] == [(24, 0.9)]
    assert points["dev_cer"] == []


def test_a_later_start_overrides_repeated_steps(tmp_path):
    log(tmp_path, 40, "step,train_loss", "49,1.9", "74,1.5")
    log(tmp_path, 0, "step,train_loss", "24,3.0", "49,2.0")
    assert read_metrics(tmp_path)["train_loss"] == [(24, 3.0), (49, 1.9), (74, 1.5)]


def test_there_is_a_panel_for_each_logged_metric(tmp_path):
    log(tmp_path, 0, "step,train_loss,dev_wer", "1,3,", "2,2,0.5")
    assert plot(tmp_path) == tmp_path / "curves.svg"
    drawn = (tmp_path / "curves.svg").read_text()
    assert [f"<!-- {title} -->" in drawn for title in PANELS.values()] == [
        name in ("train_loss", "dev_wer") for name in PANELS
    ]


def test_a_keyword_run_logs_its_accuracy(learned_words):
    points = read_metrics(learned_words.run)
    assert [step for step, _ in points["dev_accuracy"]] == [9, 19]
    assert points["dev_wer"] == []


@pytest.mark.parametrize("name", sorted(PANELS.keys() - {"dev_accuracy", "dev_written_wer"}))
def test_a_run_logs_every_plotted_metric(learned, name):
    points = read_metrics(learned.run)[name]
    every = 10 if name.startswith("dev_") else 25
    assert [step for step, _ in points] == list(range(every - 1, 50, every))
    assert f"<!-- {PANELS[name]} -->" in (learned.run / "curves.svg").read_text()


def test_the_learning_rate_follows_the_recipe_update_by_update(learned):
    recipe = learned.recipe
    for step, rate in read_metrics(learned.run)["lr-AdamW/pg1"]:
        factor = learning_rate_factor(step, recipe.warmup_steps, recipe.steps)
        assert rate == pytest.approx(recipe.learning_rate * factor)
