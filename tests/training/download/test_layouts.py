import pytest
import soundfile

from tests.support.corpus_archives import ARCHIVES
from training.data import manifest
from training.download.archives import ArchiveError
from training.download.download import prepare_corpus

# For each folder: speaker, corpus, normalised transcript and seconds of its clips.
EXPECTED = {
    "librispeech/test-clean": {
        "librispeech-test-clean": [
            ("61", "librispeech", "he began", 0.5),
            ("61", "librispeech", "your's", 0.25),
        ]
    },
    "speech-commands/0.01": {
        "speech-commands-0.01-train": [("00f0204f", "speech-commands", "cat", 0.25)],
        "speech-commands-0.01-dev": [("00f0204f", "speech-commands", "bed", 0.25)],
        "speech-commands-0.01-test": [("00176480", "speech-commands", "cat", 0.25)],
    },
    "ljspeech": {"ljspeech": [("lj", "lj", "in fourteen", 0.75)]},
    "an4": {
        "an4-train": [("fash", "an4", "yes", 0.25)],
        "an4-test": [("mmxg", "an4", "c m u", 0.5)],
    },
    "common-voice": {
        f"common-voice-{split}": [(f"ab{split}", "common-voice", "well he said", 0.5)]
        for split in ("train", "dev", "test")
    },
    "folder": {"mine": [("vctk:p225", "vctk", "please call", 0.5)]},
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_corpus_becomes_folders_with_manifests(name, publish, tmp_path):
    file = publish(name, ARCHIVES[name])
    out = tmp_path / "out"
    folders = prepare_corpus(name, out, file if name == "folder" else None)
    assert {folder.name for folder in folders} == set(EXPECTED[name])
    assert sorted(out.iterdir()) == sorted(folders)
    for folder in folders:
        read = manifest.read_manifest(folder / "manifest.tsv")
        expected = EXPECTED[name][folder.name]
        assert [(u.speaker, u.corpus, u.text) for u in read] == [row[:3] for row in expected]
        # MP3 has frames of 36 ms at 16 kHz
        assert [u.seconds for u in read] == pytest.approx([row[3] for row in expected], abs=0.08)
        assert all(soundfile.info(u.path).frames for u in read)
        assert len(list(folder.iterdir())) == 1 + len(read)


@pytest.mark.parametrize("name", sorted(set(ARCHIVES) - {"speech-commands/0.01"}))
def test_an_archive_of_another_layout_is_rejected(name, publish, tmp_path):
    file = publish(name, {"readme.txt": "another corpus"})
    with pytest.raises(ArchiveError, match=r"has (0 files named|no clips)"):
        prepare_corpus(name, tmp_path / "out", file)
    assert not list((tmp_path / "out").iterdir())
