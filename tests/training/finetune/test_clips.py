import numpy as np
import pytest

from tests.support import tone_corpus, toy_model
from training.errors import InputError
from training.finetune.clips import describe, read_clips

WORDS = ["abc", "bad", "cab", "dab", "fab", "fed", "bed", "ace", "bee", "cafe", "deaf", "face"]


def write_pairs(folder, words=WORDS, format="WAV"):
    """Clips and text files; returns the folder."""
    folder.mkdir()
    for word in words:
        samples = tone_corpus.tones(word)
        (folder / f"{word}.{format.lower()}").write_bytes(toy_model.encode(samples, format))
        (folder / f"{word}.txt").write_text(f"{word.capitalize()}.\n", encoding="utf-8")
    return folder


def test_clips_lie_beside_their_transcripts(tmp_path):
    folder = write_pairs(tmp_path / "mine")
    clips = read_clips(folder)
    assert [each.text for each in clips.utterances] == sorted(WORDS)
    first = clips.utterances[0]
    assert first.path == folder.absolute() / "abc.wav"
    assert (first.written, first.corpus, first.speaker) == ("Abc.", "mine", "?")
    assert first.seconds == pytest.approx(0.36)
    assert clips.skipped == {}


def test_any_audio_format_in_any_folder_is_read(tmp_path):
    folder = write_pairs(tmp_path / "mine", WORDS[:6], "FLAC")
    write_pairs(folder / "more", WORDS[6:], "AIFF")
    assert len(read_clips(folder).utterances) == 12


def test_a_manifest_needs_only_files_and_texts(tmp_path):
    folder = write_pairs(tmp_path / "mine")
    rows = [f"{word}.wav\t{word.upper()}\n" for word in WORDS[:10]]
    (folder / "manifest.tsv").write_text("file\ttext\n" + "".join(rows))
    clips = read_clips(folder)
    assert [each.text for each in clips.utterances] == WORDS[:10]
    assert {(each.written, each.speaker, each.corpus) for each in clips.utterances} == {
        (None, "?", "mine")
    }
    rows = [f"{word}.wav\tanna\tsongs\t{word}\n" for word in WORDS]
    (folder / "manifest.tsv").write_text("file\tspeaker\tcorpus\ttext\n" + "".join(rows))
    named = read_clips(folder).utterances
    assert {(each.speaker, each.corpus) for each in named} == {("anna", "songs")}


def test_unusable_clips_are_left_out_and_counted(tmp_path):
    folder = write_pairs(tmp_path / "mine")
    long = toy_model.encode(np.zeros(31 * 16_000, np.float32))
    short = toy_model.encode(np.zeros(800, np.float32))
    for name, audio, text in [
        ("one", long, "abc"),
        ("two", long, "abc"),
        ("three", short, "abc"),
        ("four", short, "abc 4"),
    ]:
        (folder / f"{name}.wav").write_bytes(audio)
        (folder / f"{name}.txt").write_text(text)
    clips = read_clips(folder)
    assert len(clips.utterances) == 12
    assert clips.skipped == {
        "with digits in the transcript (spell numbers out)": 1,
        "longer than 30 s": 2,
        "shorter than 0.1 s": 1,
    }
    assert describe(clips).startswith("12 clips of 0.1 minutes")
    assert "2 left out longer than 30 s" in describe(clips)


def test_a_folder_without_clips_is_rejected(tmp_path):
    with pytest.raises(InputError, match=r"has no clips: expected a manifest\.tsv, or audio"):
        read_clips(tmp_path)


def test_a_clip_without_transcript_is_rejected(tmp_path):
    folder = write_pairs(tmp_path / "mine")
    (folder / "bad.txt").unlink()
    with pytest.raises(InputError, match=r"1 of 12 clips have no transcript: .*bad\.txt beside"):
        read_clips(folder)


def test_a_transcript_without_words_is_rejected(tmp_path):
    folder = write_pairs(tmp_path / "mine")
    (folder / "bad.txt").write_text(" ... ")
    with pytest.raises(InputError, match=r"bad\.wav: its transcript '\.\.\.' has no words"):
        read_clips(folder)


def test_a_transcript_that_is_no_text_is_rejected(tmp_path):
    folder = write_pairs(tmp_path / "mine")
    (folder / "bad.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"bad\.txt is not UTF-8 text"):
        read_clips(folder)


def test_a_file_that_is_not_audio_is_rejected(tmp_path):
    folder = write_pairs(tmp_path / "mine")
    (folder / "bad.wav").write_bytes(b"no audio")
    with pytest.raises(InputError, match=r"bad\.wav: "):
        read_clips(folder)


def test_too_few_clips_are_rejected(tmp_path):
    folder = write_pairs(tmp_path / "mine", WORDS[:9])
    with pytest.raises(InputError, match=r"9 clips of 0\.1 minutes; .* at least 10 clips"):
        read_clips(folder)


def test_a_manifest_without_the_columns_is_rejected(tmp_path):
    (tmp_path / "manifest.tsv").write_text("file\tlabel\n")
    with pytest.raises(InputError, match="has no column text"):
        read_clips(tmp_path)
