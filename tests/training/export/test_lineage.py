import json

from tests.support import tone_corpus, toy_model
from training.export.lineage import lineage_sources
from training.fit.weights_folder import WeightsSource, save_weights


def hours(found):
    return {source["name"]: source["hours"] for source in found}


def corpus_of(folder, corpus, hours):
    """A corpus of one clip, whose duration in the manifest is `hours`."""
    manifest = tone_corpus.write_corpus(folder, ["abc"], corpus=corpus)
    manifest.write_text(manifest.read_text().replace("0.360", str(hours * 3600)))


def test_a_folder_that_is_listed_twice_counts_once(tmp_path):
    corpus_of(tmp_path / "a", "lj", 1)
    corpus_of(tmp_path / "b", "cv1", 2)
    recipe = tone_corpus.recipe(train=["a", "b", "a"])
    assert hours(lineage_sources(recipe, tmp_path, tmp_path)) == {
        "Mozilla Common Voice, English": 2.0,
        "LJ Speech 1.1": 1.0,
    }


def test_the_training_data_of_an_earlier_run_are_sources(learned, tmp_path):
    corpus_of(tmp_path / "a", "lj", 1)
    corpus_of(tmp_path / "tones", "an4", 2)
    later = tone_corpus.recipe(train=["a"], init_from=learned.run.name)
    assert hours(lineage_sources(later, tmp_path, learned.run.parent)) == {
        "CMU AN4": 2.0,
        "LJ Speech 1.1": 1.0,
    }
    again = tone_corpus.recipe(train=["a", "tones"], init_from=learned.run.name)
    assert hours(lineage_sources(again, tmp_path, learned.run.parent)) == {
        "CMU AN4": 2.0,
        "LJ Speech 1.1": 1.0,
    }


def test_the_hours_of_several_folders_of_a_source_are_added(learned, tmp_path):
    for name in ("a", "b", "tones"):
        corpus_of(tmp_path / name, "lj", 1)
    later = tone_corpus.recipe(train=["a", "b"], init_from=learned.run.name)
    assert hours(lineage_sources(later, tmp_path, learned.run.parent)) == {"LJ Speech 1.1": 3.0}


def test_the_sources_of_an_initial_bundle_are_sources(tmp_path):
    corpus_of(tmp_path / "a", "lj", 1)
    birds = {"name": "Birds", "license": "MIT", "reference": "field recordings", "hours": 0.5}
    folder = toy_model.write_bundle(tmp_path / "toy")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"sources": [birds]}))
    recipe = tone_corpus.recipe(train=["a"], init_from=str(folder))
    found = lineage_sources(recipe, tmp_path, tmp_path)
    assert found[1] == birds
    assert hours(found) == {"LJ Speech 1.1": 1.0, "Birds": 0.5}


def test_imported_weights_are_a_source_without_hours(tmp_path):
    corpus_of(tmp_path / "a", "lj", 1)
    imported = WeightsSource("whisper-base", "base.pt", "0" * 64, "MIT", "(c) OpenAI", "2022")
    (tmp_path / "weights").mkdir()
    save_weights(tmp_path / "weights", {}, imported)
    recipe = tone_corpus.recipe(train=["a"], init_from=str(tmp_path / "weights"))
    speech, weights = lineage_sources(recipe, tmp_path, tmp_path)
    assert speech["name"] == "LJ Speech 1.1"
    assert weights == {
        "name": "initial weights: whisper-base",
        "license": "MIT, (c) OpenAI",
        "reference": "2022",
    }
