import pytest
import yaml

from tests.support import tone_corpus
from tests.support.fakes import VOICES, FakeDecoder, only_tone_engine
from training.alignment import pocketsphinx
from training.data.manifest import read_manifest
from training.keyword import prepare_data
from training.recipe import Recipe

LABELS = tone_corpus.WORDS


@pytest.fixture(autouse=True)
def fake_programs(monkeypatch):
    monkeypatch.setattr(pocketsphinx, "Decoder", lambda **_: FakeDecoder())
    with only_tone_engine():
        yield


def build(data):
    options = {"--data": data, "--recipe": data / "recipe.yaml", "--hours": 0.002}
    prepare_data.main([str(part) for option in options.items() for part in option])


def write_sentences(data):
    for name, text in (("train-0", "a abc"), ("train-1", "big fed"), ("test", "fed")):
        tone_corpus.write_corpus(data / f"sentences-{name}", [text])
    recipe = yaml.safe_load(prepare_data.RECIPE.read_text(encoding="utf-8"))
    recipe["parameters"]["labels"] = LABELS
    (data / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")


def test_labels_are_cut_from_training_sentences_and_synthesised(tmp_path):
    write_sentences(tmp_path)
    build(tmp_path)
    cut = read_manifest(tmp_path / "words-cut" / "manifest.tsv")
    assert [utterance.text for utterance in cut] == ["abc", "fed"]
    synthetic = read_manifest(tmp_path / "words-synthetic" / "manifest.tsv")
    assert {utterance.text for utterance in synthetic} == set(LABELS)
    not_held_out = {voice.identifier for voice in VOICES[:2]}
    assert {utterance.speaker for utterance in synthetic} == not_held_out


def test_existing_data_sets_are_kept_and_one_without_its_manifest_is_built_again(tmp_path):
    write_sentences(tmp_path)
    (tmp_path / "words-cut").mkdir()
    build(tmp_path)
    before = {file: file.read_bytes() for file in sorted(tmp_path.glob("words-*/*"))}
    assert tmp_path / "words-cut" / "manifest.tsv" in before
    build(tmp_path)
    assert {file: file.read_bytes() for file in sorted(tmp_path.glob("words-*/*"))} == before


def test_the_recipe_trains_on_the_data_sets_that_are_built():
    assert {prepare_data.CUT, prepare_data.SYNTHETIC} < set(Recipe.read(prepare_data.RECIPE).train)


def test_a_folder_without_sentences_is_rejected(tmp_path, capsys):
    with pytest.raises(SystemExit):
        prepare_data.main(["--data", str(tmp_path)])
    assert "to cut words from" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
