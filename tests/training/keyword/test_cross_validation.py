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
from training.fit.checkpoint import trained
from training.fit.curves import read
from training.fit.keyword import KeywordModule
from training.keyword import cross_validation
from training.keyword.predictions import Answers

PEOPLE = ["anna", "bert", "carl"]


def clips(*speakers: str) -> list[Utterance]:
    return [Utterance(Path(f"{i}.wav"), 1.0, who, "sc1", "abc") for i, who in enumerate(speakers)]


@pytest.fixture
def data(tmp_path):
    """Three people, each of whom says all words; and a set of nobody's that stays whole."""
    for name, words in (("said", tone_corpus.WORDS * 3), ("spoken", tone_corpus.WORDS)):
        manifest = tone_corpus.write_corpus(tmp_path / "data" / name, words)
        for number in range(9 if name == "said" else 0):
            text = manifest.read_text().replace("synth", PEOPLE[number // 3], 1)
            manifest.write_text(text)
    return tmp_path / "data"


@pytest.fixture
def recipe():
    return tone_corpus.keyword_recipe(
        train=["said", "spoken"], dev=["said"], steps=30, validate_every=10, name="words"
    )


@given(
    st.lists(st.sampled_from([*"abcdef"]), min_size=6).map(lambda said: [*"abcdef", *said]),
    st.integers(2, 6),
)
def test_nobody_is_in_two_parts_and_no_part_is_larger_than_it_need_be(speakers, parts):
    found = cross_validation.part(clips(*speakers), parts)
    assert len(set(zip(speakers, found, strict=True))) == len(set(speakers))
    sizes = [found.count(each) for each in range(parts)]
    assert max(sizes) - min(sizes) <= max(speakers.count(who) for who in speakers)


def test_those_who_say_most_come_into_parts_of_their_own():
    speakers = ["anna"] * 9 + ["bert"] * 8 + ["carl"] * 7 + [*"defg"]
    found = cross_validation.part(clips(*speakers), 3)
    assert len({found[0], found[9], found[17]}) == 3


def test_clips_of_nobody_known_are_parted_too():
    assert sorted(cross_validation.part(clips("wake:?", "wake:?", "wake:?"), 3)) == [0, 1, 2]


def test_too_few_people_are_refused():
    with pytest.raises(InputError, match="2 cannot be parted into 3"):
        cross_validation.part(clips("anna", "bert", "anna"), 3)


def test_a_folder_of_corpora_lacks_a_part_which_lies_beside_them(data, recipe, tmp_path):
    for folder in cross_validation.write(recipe, data, ["said"], 3, tmp_path / "folds"):
        left, kept, whole = (
            read_manifest(folder / name / "manifest.tsv") for name in ("left-out", "said", "spoken")
        )
        assert len(left) == 3
        assert len({clip.speaker for clip in left}) == 1
        assert {clip.speaker for clip in left + kept} == set(PEOPLE)
        assert {clip.path for clip in left + kept} == set((data / "said").glob("*.flac"))
        assert not {clip.speaker for clip in left} & {clip.speaker for clip in kept}
        assert len(whole) == 3


def test_data_may_be_named_from_where_one_is(data, recipe, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder, *_ = cross_validation.write(recipe, Path("data"), ["said"], 3, Path("folds"))
    clips = read_manifest(folder / "left-out" / "manifest.tsv")
    assert all(clip.path.exists() for clip in clips)
    assert read_manifest(folder / "spoken" / "manifest.tsv")


def test_other_folds_do_not_take_the_place_of_those_that_were_learned(data, recipe, tmp_path):
    cross_validation.write(recipe, data, ["said"], 3, tmp_path / "folds")
    cross_validation.write(recipe, data, ["said"], 3, tmp_path / "folds")
    with pytest.raises(InputError, match="other folds"):
        cross_validation.write(recipe, data, ["said"], 2, tmp_path / "folds")


def test_a_network_learns_without_biases_from_the_others_alone(data, recipe, tmp_path):
    recipe.parameters["biases"] = {"abc": 50.0}
    folder = cross_validation.write(recipe, data, ["said"], 3, tmp_path / "folds")[1]
    said = cross_validation.leave_out(recipe, tmp_path / "runs", folder, workers=0)
    run = tmp_path / "runs" / "words-1-fold-1"
    assert said.log_probs.shape == (3, 3)
    assert said.classes.bincount().tolist() == [1, 1, 1]
    assert [step for step, _ in read(run)["dev_accuracy"]] == [29]  # not chosen on the way
    assert not torch.any(trained(run / "best.ckpt")[0].get_buffer("network.biases"))


def test_each_part_is_told_with_what_was_fitted_on_the_others():
    # Everyone's "abc" is taken for "fed"; what is fitted on two people mends the third.
    scores = torch.tensor([[-1.0, -0.5, -4.0], [-3.0, -0.1, -4.0], [-4.0, -4.0, -0.1]] * 20)
    person = Answers(scores.log_softmax(1), torch.tensor([0, 1, 2] * 20))
    told = cross_validation.report([person] * 3, tone_corpus.WORDS)
    assert told["clips"] == [60] * 3
    assert told["accuracy"] == [0.667] * 3
    assert told["with_biases_of_others"] == [1.0] * 3
    assert told["biases"]["abc"] > 0 > told["biases"]["fed"]


def test_the_command_prints_what_the_recipe_can_take(data, recipe, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cross_validation, "ProcessPoolExecutor", Inline)
    file = tmp_path / "recipe.yaml"
    file.write_text(yaml.safe_dump(asdict(recipe)))
    cross_validation.main(
        [str(file), *f"--data {data} --sets said --folds 3 --runs {tmp_path}/runs".split()]
    )
    printed = json.loads(capsys.readouterr().out)
    assert printed["clips"] == [3, 3, 3]
    assert list(printed["biases"]) == tone_corpus.WORDS
    learner = KeywordModule(
        tone_corpus.keyword_recipe(parameters=recipe.parameters | {"biases": printed["biases"]})
    )
    given = learner.recogniser.get_buffer("network.biases")
    assert given.tolist() == pytest.approx(list(printed["biases"].values()))


def test_only_a_recipe_of_keywords_has_biases(tmp_path, capsys):
    (tmp_path / "ctc.yaml").write_text(yaml.safe_dump(asdict(tone_corpus.recipe())))
    with pytest.raises(SystemExit):
        cross_validation.main(
            [str(tmp_path / "ctc.yaml"), "--data", str(tmp_path), "--sets", "tones"]
        )
    assert "learns ctc, not keywords" in capsys.readouterr().err


class Inline:
    """A pool of no processes."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def __enter__(self) -> "Inline":
        return self

    def __exit__(self, *_: object) -> None: ...

    map = staticmethod(map)
