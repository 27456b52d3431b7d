import json
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.support import tone_corpus
from training.data.manifest import Utterance, read_manifest
from training.errors import InputError
from training.fit.checkpoint import load_recogniser
from training.fit.curves import read_metrics
from training.fit.keyword import KeywordModule
from training.keyword import cross_validation
from training.keyword.cross_validation import (
    cross_validation_report,
    group_k_fold,
    train_fold,
    write_folds,
)
from training.keyword.predictions import Predictions

SPEAKERS = ["anna", "bert", "carl"]


def clips(*speakers: str) -> list[Utterance]:
    return [Utterance(Path(f"{i}.wav"), 1.0, who, "sc1", "abc") for i, who in enumerate(speakers)]


@pytest.fixture
def data(tmp_path):
    """A data set of three speakers with all words each, and one of a single speaker."""
    for name, words in (("split", tone_corpus.WORDS * 3), ("whole", tone_corpus.WORDS)):
        manifest = tone_corpus.write_corpus(tmp_path / "data" / name, words)
        for number in range(9 if name == "split" else 0):
            text = manifest.read_text().replace("synth", SPEAKERS[number // 3], 1)
            manifest.write_text(text)
    return tmp_path / "data"


@pytest.fixture
def recipe():
    """Four steps of a tiny network, whose accuracy no test here depends on."""
    return tone_corpus.keyword_recipe(
        train=["split", "whole"],
        dev=["split"],
        parameters={"labels": tone_corpus.WORDS, "hidden": 4, "dropout": 0.0},
        steps=4,
        warmup_steps=1,
        validation_interval=2,
        name="words",
    )


@given(
    st.lists(st.sampled_from([*"abcdef"]), min_size=6).map(lambda more: [*"abcdef", *more]),
    st.integers(2, 6),
)
def test_no_speaker_is_in_two_folds_and_folds_are_balanced(speakers, folds):
    fold_of = group_k_fold(clips(*speakers), folds)
    assert len(set(zip(speakers, fold_of, strict=True))) == len(set(speakers))
    sizes = [fold_of.count(fold) for fold in range(folds)]
    assert max(sizes) - min(sizes) <= max(speakers.count(who) for who in speakers)


def test_the_speakers_with_most_clips_are_in_different_folds():
    speakers = ["anna"] * 9 + ["bert"] * 8 + ["carl"] * 7 + [*"defg"]
    fold_of = group_k_fold(clips(*speakers), 3)
    assert len({fold_of[0], fold_of[9], fold_of[17]}) == 3


def test_clips_of_unknown_speakers_are_distributed():
    assert sorted(group_k_fold(clips("wake:?", "wake:?", "wake:?"), 3)) == [0, 1, 2]


def test_fewer_speakers_than_folds_are_rejected():
    with pytest.raises(InputError, match="found 2 speakers for 3 folds"):
        group_k_fold(clips("anna", "bert", "anna"), 3)


def test_a_fold_has_its_clips_held_out_of_the_data_sets_that_are_split(data, recipe, tmp_path):
    for folder in write_folds(recipe, data, ["split"], 3, tmp_path / "folds"):
        held_out, kept, whole = (
            read_manifest(folder / name / "manifest.tsv") for name in ("held-out", "split", "whole")
        )
        assert len(held_out) == 3
        assert len({clip.speaker for clip in held_out}) == 1
        assert {clip.speaker for clip in held_out + kept} == set(SPEAKERS)
        assert {clip.path for clip in held_out + kept} == set((data / "split").glob("*.flac"))
        assert not {clip.speaker for clip in held_out} & {clip.speaker for clip in kept}
        assert len(whole) == 3


def test_paths_may_be_relative_to_the_working_directory(data, recipe, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder, *_ = write_folds(recipe, Path("data"), ["split"], 3, Path("folds"))
    held_out = read_manifest(folder / "held-out" / "manifest.tsv")
    assert all(clip.path.exists() for clip in held_out)
    assert read_manifest(folder / "whole" / "manifest.tsv")


def test_existing_folds_are_not_replaced_by_different_ones(data, recipe, tmp_path):
    write_folds(recipe, data, ["split"], 3, tmp_path / "folds")
    write_folds(recipe, data, ["split"], 3, tmp_path / "folds")
    with pytest.raises(InputError, match="folds of other clips"):
        write_folds(recipe, data, ["split"], 2, tmp_path / "folds")


def test_a_fold_is_trained_on_the_others_without_class_bias(data, recipe, tmp_path):
    recipe.parameters["class_bias"] = {"abc": 50.0}
    folder = write_folds(recipe, data, ["split"], 3, tmp_path / "folds")[1]
    predictions = train_fold(recipe, tmp_path / "runs", "words", folder, workers=0)
    run = tmp_path / "runs" / "words-fold-1"
    assert predictions.log_probs.shape == (3, 3)
    assert predictions.classes.bincount().tolist() == [1, 1, 1]
    # Validated at the last step only, so that held-out clips select no checkpoint.
    assert [step for step, _ in read_metrics(run)["dev_accuracy"]] == [3]
    assert not torch.any(load_recogniser(run / "best.ckpt")[0].get_buffer("network.class_bias"))


def test_the_accuracy_of_a_fold_is_with_the_class_bias_of_the_others():
    # Each speaker's "abc" is classified as "fed"; the bias fitted on two speakers corrects that.
    # One label is wrong in any case, so that the scale of the fit is finite.
    scores = torch.tensor([[-1.0, -0.5, -4.0], [-3.0, -0.1, -4.0], [-4.0, -4.0, -0.1]] * 20)
    fold = Predictions(scores.log_softmax(1), torch.tensor([0, 1, 2] * 19 + [0, 1, 1]))
    report = cross_validation_report([fold] * 3, tone_corpus.WORDS)
    assert report["clips"] == [60] * 3
    assert report["accuracy"] == [0.65] * 3
    assert report["accuracy_with_class_bias"] == [0.983] * 3
    assert report["class_bias"]["abc"] > 0 > report["class_bias"]["fed"]


def test_the_command_prints_a_class_bias_for_the_recipe(
    data, recipe, tmp_path, monkeypatch, capsys
):
    def predict_untrained(*arguments):
        *_, folder = arguments
        classes = torch.arange(len(read_manifest(folder / "held-out" / "manifest.tsv")))
        return Predictions(torch.eye(len(classes)).log_softmax(1), classes)

    monkeypatch.setattr(cross_validation, "ProcessPoolExecutor", SerialPool)
    monkeypatch.setattr(cross_validation, "train_fold", predict_untrained)
    file = tmp_path / "recipe.yaml"
    file.write_text(yaml.safe_dump(asdict(recipe)))
    cross_validation.main(
        [str(file), *f"--data {data} --sets split --folds 3 --runs {tmp_path}/runs".split()]
    )
    report = json.loads(capsys.readouterr().out)
    assert report["clips"] == [3, 3, 3]
    assert list(report["class_bias"]) == tone_corpus.WORDS
    module = KeywordModule(
        tone_corpus.keyword_recipe(
            parameters=recipe.parameters | {"class_bias": report["class_bias"]}
        )
    )
    class_bias = module.recogniser.get_buffer("network.class_bias")
    assert class_bias.tolist() == pytest.approx(list(report["class_bias"].values()))


def test_a_recipe_of_another_task_is_rejected(tmp_path, capsys):
    (tmp_path / "ctc.yaml").write_text(yaml.safe_dump(asdict(tone_corpus.recipe())))
    with pytest.raises(SystemExit):
        cross_validation.main(
            [str(tmp_path / "ctc.yaml"), "--data", str(tmp_path), "--sets", "tones"]
        )
    assert "has the task ctc, but cross-validation needs keyword" in capsys.readouterr().err


class SerialPool:
    """Stands in for ProcessPoolExecutor, in this process."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def __enter__(self) -> "SerialPool":
        return self

    def __exit__(self, *_: object) -> None: ...

    map = staticmethod(map)
