import signal
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import replace
from functools import partial

import pytest
import torch
import yaml
from lightning import Trainer

from tests.support import tone_corpus
from training.data import text
from training.data.written_text import WRITTEN_ALPHABET
from training.evaluation.metrics import Score
from training.fit import train
from training.fit.curves import read_metrics
from training.fit.module import CtcModule
from training.fit.train import resume_step
from training.recipe import Recipe

TEXTS = ["ab", "bcd", "cdef", "a b c", "fade", "deaf", "c", "bead"]
RECIPE = tone_corpus.recipe(steps=8, validation_interval=4, batch_seconds=1.0, **tone_corpus.PLAIN)


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def data(tmp_path):
    tone_corpus.write_corpus(tmp_path / "data" / "tones", TEXTS)
    tone_corpus.write_corpus(tmp_path / "data" / "dev", TEXTS[:3])
    return tmp_path / "data"


@pytest.fixture
def steps(monkeypatch):
    """Transcripts and weights of each step that is trained; a checkpoint every 2 steps."""
    monkeypatch.setattr("training.fit.callbacks.SAVE_INTERVAL_STEPS", 2)
    trained = defaultdict(list)
    step = CtcModule.training_step

    def recorded(self, batch, index):
        weights = {name: p.detach().clone() for name, p in self.recogniser.named_parameters()}
        rows = zip(batch.targets, batch.target_lengths, strict=True)
        texts = [text.decode(target[:length].tolist()) for target, length in rows]
        trained[self.global_step].append((texts, weights))
        return step(self, batch, index)

    monkeypatch.setattr(CtcModule, "training_step", recorded)
    return trained


def kill_at(step, monkeypatch):
    """Raise `KilledError` in the middle of `step`, once."""
    training_step = CtcModule.training_step

    def dying(self, batch, index):
        if self.global_step == step:
            monkeypatch.setattr(CtcModule, "training_step", training_step)
            raise KilledError
        return training_step(self, batch, index)

    monkeypatch.setattr(CtcModule, "training_step", dying)


def checkpoint(file):
    return torch.load(file, weights_only=False)


def test_a_run_leaves_checkpoints_logs_and_curves(data, steps, tmp_path):
    run = train.train(RECIPE, data, tmp_path / "runs", "tiny", workers=0)
    assert run == tmp_path / "runs" / "tiny"
    assert {path.name for path in run.iterdir()} == {
        "last.ckpt", "best.ckpt", "csv", "tensorboard", "curves.svg",
    }  # fmt: skip
    assert list(run.glob("tensorboard/from-0000000/events*"))
    assert [step for step, _ in read_metrics(run)["dev_wer"]] == [3, 7]
    assert resume_step(run / "last.ckpt") == 8
    assert sorted(steps) == list(range(8))


@pytest.mark.parametrize(("killed", "saved"), [(5, 4), (7, 6)])  # validation is at 4 and 8
def test_a_killed_run_resumes_at_its_last_checkpoint_with_equal_results(
    data, steps, tmp_path, monkeypatch, killed, saved
):
    unbroken = train.train(RECIPE, data, tmp_path / "unbroken", "tiny", workers=0)
    expected = dict(steps)
    steps.clear()
    kill_at(killed, monkeypatch)
    with pytest.raises(KilledError):
        train.train(RECIPE, data, tmp_path / "runs", "tiny", workers=0)
    run = tmp_path / "runs" / "tiny"
    assert resume_step(run / "last.ckpt") == saved
    assert sorted(steps) == list(range(killed))
    before = set(run.iterdir())
    train.train(RECIPE, data, tmp_path / "runs", "tiny", workers=0)

    assert {step: len(times) for step, times in steps.items()} == {
        step: 2 if saved <= step < killed else 1 for step in range(8)
    }
    for step, times in steps.items():
        for texts, weights in times:
            assert texts == expected[step][0][0]
            for name, value in weights.items():
                assert torch.allclose(value, expected[step][0][1][name], atol=1e-6), (step, name)
    assert set(run.iterdir()) - before <= {run / "curves.svg"}
    one, other = checkpoint(unbroken / "last.ckpt"), checkpoint(run / "last.ckpt")
    for state in ("state_dict", "current_model_state"):
        for name, value in one[state].items():
            assert torch.allclose(value, other[state][name], atol=1e-6), (state, name)
    assert {name: [s for s, _ in points] for name, points in read_metrics(run).items()} == {
        name: [s for s, _ in points] for name, points in read_metrics(unbroken).items()
    }


@pytest.mark.parametrize("killed", [4, 8])  # a validation in between, and the last
def test_a_run_killed_during_validation_repeats_it_when_resumed(
    data, steps, tmp_path, monkeypatch, killed
):
    validation_step = CtcModule.validation_step

    def dying(self, batch, index):
        if self.global_step == killed:
            raise KilledError
        return validation_step(self, batch, index)

    monkeypatch.setattr(CtcModule, "validation_step", dying)
    with pytest.raises(KilledError):
        train.train(RECIPE, data, tmp_path / "runs", "tiny", workers=0)
    monkeypatch.setattr(CtcModule, "validation_step", validation_step)
    run = train.train(RECIPE, data, tmp_path / "runs", "tiny", workers=0)
    assert [step for step, _ in read_metrics(run)["dev_wer"]] == [3, 7]
    assert resume_step(run / "last.ckpt") == 8


@pytest.fixture
def one_thread():
    """One thread, as in the process that is killed: rounding depends on their number."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def command(recipe, data, tmp_path, *options):
    """Command line of the recipe `tiny`, to be followed by the folder of the runs."""
    file = tmp_path / "tiny.yaml"
    file.write_text(yaml.safe_dump(vars(recipe)))
    line = [sys.executable, "-W", "ignore", "-m", "training", "train", str(file)]
    return [*line, "--data", str(data), "--threads", "1", *options, "--runs"]


def test_a_run_killed_by_the_system_ends_in_the_weights_of_an_unbroken_one(
    data, tmp_path, one_thread
):
    recipe = tone_corpus.recipe(steps=40, validation_interval=4, batch_seconds=1.0)
    last = tmp_path / "runs" / "tiny" / "last.ckpt"
    run = subprocess.Popen(
        [*command(recipe, data, tmp_path, "--workers", "1"), str(tmp_path / "runs")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not last.exists():
        assert run.poll() is None
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert 0 < resume_step(last) < 40
    train.train(recipe, data, tmp_path / "runs", "tiny", workers=0)
    unbroken = train.train(recipe, data, tmp_path / "unbroken", "tiny", workers=0)

    one, other = checkpoint(last), checkpoint(unbroken / "last.ckpt")
    assert one["global_step"] == other["global_step"] == 40
    for name, value in one["state_dict"].items():
        assert torch.allclose(value, other["state_dict"][name], atol=1e-5), name


def test_parallel_processes_train_one_run(data, tmp_path, one_thread, monkeypatch):
    line = command(RECIPE, data, tmp_path, "--workers", "0", "--processes", "2")
    subprocess.run([*line, str(tmp_path / "runs")], check=True, capture_output=True)
    run = tmp_path / "runs" / "tiny"
    assert resume_step(run / "last.ckpt") == RECIPE.steps
    assert [step for step, _ in read_metrics(run)["dev_wer"]] == [3, 7]
    # An update is that of two batches, as if one process accumulated their gradients.
    monkeypatch.setattr(train, "Trainer", partial(Trainer, accumulate_grad_batches=2))
    by_batches = replace(RECIPE, validation_interval=2 * RECIPE.validation_interval)
    single = train.train(by_batches, data, tmp_path / "single", "tiny", workers=0)
    expected = checkpoint(single / "last.ckpt")
    assert expected["global_step"] == RECIPE.steps
    for name, value in checkpoint(run / "last.ckpt")["state_dict"].items():
        assert torch.allclose(value, expected["state_dict"][name], atol=1e-4), name


def test_a_moved_run_keeps_the_names_of_its_checkpoints(data, steps, tmp_path, monkeypatch):
    kill_at(5, monkeypatch)
    with pytest.raises(KilledError):
        train.train(RECIPE, data, tmp_path / "here", "tiny", workers=0)
    (tmp_path / "here").rename(tmp_path / "there")
    with pytest.warns(UserWarning, match="dirpath has changed"):
        run = train.train(RECIPE, data, tmp_path / "there", "tiny", workers=0)
    assert resume_step(run / "last.ckpt") == 8
    assert sorted(path.name for path in run.glob("*.ckpt")) == ["best.ckpt", "last.ckpt"]


def test_a_finished_run_is_not_trained_further(data, steps, tmp_path):
    for _ in range(2):
        run = train.train(RECIPE, data, tmp_path / "runs", "tiny", workers=0)
    assert [len(steps[step]) for step in range(9)] == [1] * 8 + [0]
    assert resume_step(run / "last.ckpt") == 8


def fake_rates(monkeypatch, *rates):
    """Replace the word error rates of the validations by `rates`."""
    scores = (Score(10, 100, 100, round(100 * rate), 0, 0, 0) for rate in rates)
    monkeypatch.setattr("training.fit.module.score", lambda *_: next(scores))


def test_the_best_checkpoint_is_that_of_the_lowest_dev_wer(data, steps, tmp_path, monkeypatch):
    fake_rates(monkeypatch, 0.5, 0.2, 0.4, 0.3)
    recipe = tone_corpus.recipe(steps=8, validation_interval=2, batch_seconds=1.0)
    run = train.train(recipe, data, tmp_path / "runs", "tiny", workers=0)
    assert resume_step(run / "best.ckpt") == 4


def test_a_resumed_run_keeps_its_best_checkpoint(data, steps, tmp_path, monkeypatch):
    fake_rates(monkeypatch, 0.5, 0.2, 0.4, 0.3)
    kill_at(5, monkeypatch)
    recipe = tone_corpus.recipe(steps=8, validation_interval=2, batch_seconds=1.0)
    with pytest.raises(KilledError):
        train.train(recipe, data, tmp_path / "runs", "tiny", workers=0)
    run = train.train(recipe, data, tmp_path / "runs", "tiny", workers=0)
    assert resume_step(run / "best.ckpt") == 4


def test_checkpoints_hold_the_averaged_weights(data, steps, tmp_path):
    recipe = tone_corpus.recipe(steps=7, ema_decay=0.3, batch_seconds=1.0)
    run = train.train(recipe, data, tmp_path / "runs", "tiny", workers=0)
    saved = checkpoint(run / "last.ckpt")
    assert saved["global_step"] == 6
    weights = [steps[step][0][1] for step in range(1, 7)]
    for name, average in weights[0].items():
        # After one update (1 + 1) / (10 + 1), and 0.3 from the third on.
        for decay, later in zip((2 / 11, 3 / 12, 0.3, 0.3, 0.3), weights[1:], strict=True):
            average = decay * average + (1 - decay) * later[name]  # noqa: PLW2901
        assert torch.allclose(saved["state_dict"][f"recogniser.{name}"], average, atol=1e-6)
        assert torch.equal(saved["current_model_state"][f"recogniser.{name}"], weights[-1][name])


def test_a_network_overfits_three_clips(learned):
    rates = dict(read_metrics(learned.run)["dev_wer"])
    assert rates[9] > 0.5
    assert rates[49] == 0.0


def test_a_run_in_bfloat16_moves_the_weights_and_keeps_them_in_float32(data, steps, tmp_path):
    recipe = tone_corpus.recipe(
        steps=2, validation_interval=2, precision="bf16-mixed", batch_seconds=1.0
    )
    train.train(recipe, data, tmp_path / "runs", "tiny", workers=0)
    before, after = steps[0][0][1], steps[1][0][1]
    assert all(value.dtype == torch.float32 for value in after.values())
    assert any(not torch.equal(before[name], value) for name, value in after.items())


def test_a_run_without_a_checkpoint_starts_at_step_0(tmp_path):
    assert resume_step(tmp_path / "last.ckpt") == 0


def test_the_command_line_trains_a_recipe(data, tmp_path, monkeypatch):
    (tmp_path / "tiny.yaml").write_text(
        yaml.safe_dump(vars(tone_corpus.recipe(steps=1, validation_interval=1)))
    )
    arguments = ["--data", data, "--runs", tmp_path / "runs", "--workers", 0, "--threads", 1]
    monkeypatch.setattr(
        "sys.argv", ["train", str(tmp_path / "tiny.yaml"), *[str(a) for a in arguments]]
    )
    train.main()
    assert (tmp_path / "runs" / "tiny" / "best.ckpt").exists()


@pytest.mark.parametrize("balanced", [False, True])
def test_class_balanced_sampling_draws_words_equally_often(tmp_path, steps, balanced):
    tone_corpus.write_corpus(tmp_path / "data" / "tones", ["a"] * 95 + ["b"] * 5)
    tone_corpus.write_corpus(tmp_path / "data" / "dev", ["a"])
    members = vars(RECIPE) | {
        "sortagrad_epochs": 0,
        "batch_seconds": 4.0,
        "class_balanced": balanced,
    }
    train.train(Recipe(**members), tmp_path / "data", tmp_path / "runs", "tiny", workers=0)
    drawn = [spoken for times in steps.values() for texts, _ in times for spoken in texts]
    assert drawn.count("b") / len(drawn) == pytest.approx(0.5 if balanced else 0.05, abs=0.1)


def test_a_run_on_written_text_takes_teacher_labels_and_weights_of_corpora(tmp_path, monkeypatch):
    tone_corpus.write_corpus(tmp_path / "data" / "tones", ["FED A CAB", "Bad, bad!"], corpus="an4")
    tone_corpus.write_corpus(tmp_path / "data" / "dev", ["A bad cab."])
    labels = tmp_path / "data" / "labels.tsv"
    labels.write_text("file\ttext\n0.flac\tFed a cab.\n", encoding="utf-8")
    trained: list[str] = []
    step = CtcModule.training_step

    def noted(module, batch, number):
        for target, length in zip(batch.targets, batch.target_lengths, strict=True):
            trained.append(text.decode(target[:length].tolist(), WRITTEN_ALPHABET))
        return step(module, batch, number)

    monkeypatch.setattr(CtcModule, "training_step", noted)
    recipe = tone_corpus.recipe(
        network="whisper_ctc",
        front_end={"mels": 16},
        parameters={"width": 8, "heads": 2, "layers": 2, "labels": "written"},
        teacher_labels="labels.tsv",
        corpus_weights={"an4": 2.0},
        batch_seconds=60.0,
        steps=1,
        validation_interval=1,
        **tone_corpus.PLAIN,
    )
    train.train(recipe, tmp_path / "data", tmp_path / "runs", "written", workers=0)
    assert sorted(trained) == ["Bad, bad!"] * 2 + ["Fed a cab."] * 2
