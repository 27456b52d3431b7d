import json

from tests.support import tone_corpus, toy_model
from training.export.lineage import sources


def hours(found):
    return {source["name"]: source["hours"] for source in found}


def corpus_of(folder, corpus, hours):
    """A corpus whose one clip has so many hours by its manifest."""
    manifest = tone_corpus.write_corpus(folder, ["abc"], corpus=corpus)
    manifest.write_text(manifest.read_text().replace("0.360", str(hours * 3600)))


def test_a_folder_that_is_listed_twice_counts_once(tmp_path):
    corpus_of(tmp_path / "a", "lj", 1)
    corpus_of(tmp_path / "b", "cv1", 2)
    recipe = tone_corpus.recipe(train=["a", "b", "a"])
    assert hours(sources(recipe, tmp_path, tmp_path)) == {
        "Mozilla Common Voice, English": 2.0,
        "LJ Speech 1.1": 1.0,
    }


def test_what_the_run_before_has_heard_is_a_source_as_well(learned, tmp_path):
    corpus_of(tmp_path / "a", "lj", 1)
    corpus_of(tmp_path / "tones", "an4", 2)
    later = tone_corpus.recipe(train=["a"], init_from=learned.run.name)
    assert hours(sources(later, tmp_path, learned.run.parent)) == {
        "CMU AN4": 2.0,
        "LJ Speech 1.1": 1.0,
    }
    again = tone_corpus.recipe(train=["a", "tones"], init_from=learned.run.name)
    assert hours(sources(again, tmp_path, learned.run.parent)) == {
        "CMU AN4": 2.0,
        "LJ Speech 1.1": 1.0,
    }


def test_other_folders_of_one_source_are_added_up(learned, tmp_path):
    for name in ("a", "b", "tones"):
        corpus_of(tmp_path / name, "lj", 1)
    later = tone_corpus.recipe(train=["a", "b"], init_from=learned.run.name)
    assert hours(sources(later, tmp_path, learned.run.parent)) == {"LJ Speech 1.1": 3.0}


def test_so_is_what_a_bundle_has_heard(tmp_path):
    corpus_of(tmp_path / "a", "lj", 1)
    heard = {"name": "Birds", "license": "MIT", "reference": "by the window", "hours": 0.5}
    folder = toy_model.write_bundle(tmp_path / "toy")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"sources": [heard]}))
    recipe = tone_corpus.recipe(train=["a"], init_from=str(folder))
    found = sources(recipe, tmp_path, tmp_path)
    assert found[1] == heard
    assert hours(found) == {"LJ Speech 1.1": 1.0, "Birds": 0.5}
