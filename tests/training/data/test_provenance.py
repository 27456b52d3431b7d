from pathlib import Path

from tests.support import tone_corpus
from training.data.provenance import corpus_sources, text_sources


def corpus(folder, name, hours):
    """A corpus with one clip, of this duration by its manifest."""
    manifest = tone_corpus.write_corpus(folder, ["abc"], corpus=name)
    manifest.write_text(manifest.read_text().replace("0.360", str(hours * 3600)))
    return folder


def test_hours_are_summed_by_source_and_the_largest_comes_first(tmp_path):
    corpora = (("a", "lj", 1), ("b", "cv1", 2), ("c", "cv13", 3))
    folders = [corpus(tmp_path / folder, name, hours) for folder, name, hours in corpora]
    assert [(source["name"], source["hours"]) for source in corpus_sources(folders)] == [
        ("Mozilla Common Voice, English", 5.0),
        ("LJ Speech 1.1", 1.0),
    ]


def test_an_unknown_corpus_is_a_source_under_its_own_name(tmp_path):
    assert corpus_sources([corpus(tmp_path / "a", "mine", 1)]) == [
        {"name": "mine", "license": "unknown", "reference": "unknown", "hours": 1.0}
    ]


def test_texts_and_transcripts_are_sources_once_each(tmp_path):
    manifest = corpus(tmp_path / "a", "lj", 1) / "manifest.tsv"
    sources = text_sources([Path("standard-ebooks.txt"), Path("mine.txt")], [manifest, manifest])
    assert [source["name"].partition(" (")[0] for source in sources] == [
        "Standard Ebooks",
        "mine",
        "LJ Speech 1.1",
    ]
