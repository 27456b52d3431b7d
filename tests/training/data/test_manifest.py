from dataclasses import replace
from pathlib import Path

import pytest

from tests.support import tone_corpus
from training.data import manifest
from training.data.manifest import Utterance
from training.errors import InputError


def test_a_manifest_is_read_in_order_with_normalised_transcripts(tmp_path):
    file = tmp_path / "manifest.tsv"
    rows = ['b/1.ogg\t2.5\tanna\tan4\t"Well said I\n', "a.flac\t0.25\tben\tvctk\tDON\u2019T\n"]
    file.write_text(manifest.HEADER + "".join(rows), encoding="utf-8")
    assert manifest.read_manifest(file) == [
        Utterance(tmp_path / "b/1.ogg", 2.5, "anna", "an4", "well said i", "Well said I"),
        Utterance(tmp_path / "a.flac", 0.25, "ben", "vctk", "don't"),
    ]


def test_a_written_manifest_lists_absolute_and_relative_paths(tmp_path):
    clips = [
        Utterance(tmp_path / "elsewhere" / "a.flac", 0.25, "anna", "an4", "don't", "Don't!"),
        Utterance(Path("b.flac"), 1.5, "wake:?", "wake", "view glass"),
    ]
    folder = tmp_path / "new" / "corpus"
    manifest.write_manifest(folder, clips)
    read = manifest.read_manifest(folder / manifest.CORPUS_MANIFEST)
    assert read == [clips[0], replace(clips[1], path=folder / "b.flac")]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("file\tseconds\na.flac\t1.0\n", "has no column speaker, corpus, text"),
        (manifest.HEADER + "a.flac\t1.0\tanna\n", "line 2: a column is missing"),
        (
            manifest.HEADER + "a.flac\tlong\tanna\tan4\tyes\n",
            "is not a manifest: could not convert",
        ),
        (manifest.HEADER, "lists no clips"),
    ],
)
def test_an_invalid_manifest_is_rejected(tmp_path, content, error):
    (tmp_path / "manifest.tsv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=rf"manifest\.tsv,? {error}"):
        manifest.read_manifest(tmp_path / "manifest.tsv")


def test_data_sets_are_named_after_their_folders(tmp_path):
    files = [tone_corpus.write_corpus(tmp_path / name, ["abc"]) for name in ("dev", "test")]
    assert list(manifest.read_data_sets(files)) == ["dev", "test"]


def test_data_sets_of_the_same_name_are_rejected(tmp_path):
    files = [tone_corpus.write_corpus(tmp_path / place / "dev", ["abc"]) for place in ("a", "b")]
    with pytest.raises(InputError, match="folders of the same name"):
        manifest.read_data_sets(files)
