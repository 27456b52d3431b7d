from pathlib import Path

import pytest
import soundfile

from tests.support import tone_corpus
from training.alignment import align_phones
from training.data import phones
from training.errors import InputError

SAMPLE = Path(__file__).parents[3] / "samples" / "hello.flac"
TRANSCRIPT = "good morning the weather is fine today"


def corpus(folder, *texts):
    """A corpus of copies of the sample with the transcripts `texts`."""
    folder.mkdir()
    samples, rate = soundfile.read(SAMPLE)
    rows = []
    for index, text in enumerate(texts):
        soundfile.write(folder / f"{index}.flac", samples, rate)
        rows.append(f"{index}.flac\t{len(samples) / rate:.3f}\tslt\tlj\t{text}\n")
    (folder / "manifest.tsv").write_text(tone_corpus.HEADER + "".join(rows), encoding="utf-8")
    return folder / "manifest.tsv"


def test_clips_that_cannot_be_aligned_are_skipped(tmp_path):
    manifest = corpus(tmp_path / "corpus", TRANSCRIPT, "good sayonara award", TRANSCRIPT)
    assert align_phones.write_phones(manifest) == "2 of 3 clips aligned"
    found = phones.read_alignments(tmp_path / "corpus" / phones.FILE_NAME)
    assert list(found) == ["0.flac", "2.flac"]
    assert [word[0][0] for word in found["0.flac"]] == [word[0][0] for word in found["2.flac"]]


def test_a_corpus_with_phones_is_not_aligned_again(tmp_path, capsys):
    manifest = corpus(tmp_path / "corpus", TRANSCRIPT)
    align_phones.main([str(manifest)])
    assert capsys.readouterr().out == f"{manifest}: 1 of 1 clips aligned\n"
    before = (tmp_path / "corpus" / phones.FILE_NAME).stat().st_mtime_ns
    align_phones.main([str(manifest)])
    assert not capsys.readouterr().out
    assert (tmp_path / "corpus" / phones.FILE_NAME).stat().st_mtime_ns == before


def test_a_corpus_without_alignable_clips_gets_no_file(tmp_path):
    manifest = corpus(tmp_path / "corpus", "xyzzy")
    with pytest.raises(InputError, match="none of the 1 clips could be aligned"):
        align_phones.write_phones(manifest)
    assert not (tmp_path / "corpus" / phones.FILE_NAME).exists()
