import pytest
import yaml

from tests.support import tone_corpus
from tests.support.fakes import VOICES, FakeDecoder, only_tone_engine
from training.alignment import pocketsphinx
from training.data.manifest import read_manifest
from training.keyword import prepare_data
from training.recipe import Recipe

LABELS = tone_corpus.WORDS


@pytest.fixture
def arguments(tmp_path, monkeypatch):
    monkeypatch.setattr(pocketsphinx, "Decoder", lambda **_: FakeDecoder())
    for name, text in (("train-0", "a abc"), ("train-1", "big fed"), ("test", "fed")):
        tone_corpus.write_corpus(tmp_path / f"sentences-{name}", [text])
    recipe = yaml.safe_load(prepare_data.RECIPE.read_text(encoding="utf-8"))
    recipe["parameters"]["labels"] = LABELS
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    options = {"--data": tmp_path, "--recipe": tmp_path / "recipe.yaml", "--hours": 0.002}
    with only_tone_engine():
        yield [str(part) for option in options.items() for part in option]


def test_labels_are_cut_from_the_training_sentences(arguments, tmp_path):
    prepare_data.main(arguments)
    cut = read_manifest(tmp_path / "words-cut" / "manifest.tsv")
    assert [utterance.text for utterance in cut] == ["abc", "fed"]


def test_every_label_is_synthesised_by_voices_that_are_not_held_out(arguments, tmp_path):
    prepare_data.main(arguments)
    synthetic = read_manifest(tmp_path / "words-synthetic" / "manifest.tsv")
    assert {utterance.text for utterance in synthetic} == set(LABELS)
    assert {utterance.speaker for utterance in synthetic} == {v.identifier for v in VOICES[:2]}


def test_existing_data_sets_are_kept(arguments, tmp_path):
    prepare_data.main(arguments)
    before = {file: file.read_bytes() for file in tmp_path.glob("words-*/*")}
    prepare_data.main(arguments)
    assert {file: file.read_bytes() for file in tmp_path.glob("words-*/*")} == before


def test_a_data_set_without_its_manifest_is_built_again(arguments, tmp_path):
    (tmp_path / "words-cut").mkdir()
    prepare_data.main(arguments)
    assert read_manifest(tmp_path / "words-cut" / "manifest.tsv")


def test_the_recipe_trains_on_the_data_sets_that_are_built():
    assert {prepare_data.CUT, prepare_data.SYNTHETIC} < set(Recipe.read(prepare_data.RECIPE).train)


def test_a_folder_without_sentences_is_rejected(arguments, tmp_path, capsys):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(SystemExit):
        prepare_data.main([*arguments, "--data", str(empty)])
    assert "to cut words from" in capsys.readouterr().err
    assert not list(empty.iterdir())
