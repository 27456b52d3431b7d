from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.cli import files
from asr.cli.files import AudioFile

FOLDER = Path("/nowhere/out")
NAMES = st.text("aA.", min_size=1, max_size=3).map(lambda name: f"x{name}.wav")
PATHS = st.lists(NAMES | st.sampled_from(["a.wav", "a.mp3", "a", "a.txt", "a.wav.txt"]), min_size=1)


def sources(*paths: str, below: str = "/in") -> list[AudioFile]:
    return [AudioFile(Path(below) / path, Path(path)) for path in paths]


def output_names(*paths: str, below: str = "/in", suffix: str = ".txt") -> list[str]:
    chosen = files.output_paths(sources(*paths, below=below), FOLDER, suffix)
    return [str(target.relative_to(FOLDER)) for target in chosen.values()]


def test_a_folder_gives_its_audio_files_and_their_relative_paths(tmp_path):
    for name in ("b.wav", "deep/er/a.FLAC", "notes.txt", "c.wav/d.mp3"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [(str(s.relative_path), s.path) for s in files.find_audio_files(tmp_path).audio] == [
        ("b.wav", tmp_path / "b.wav"),
        ("c.wav/d.mp3", tmp_path / "c.wav/d.mp3"),
        ("deep/er/a.FLAC", tmp_path / "deep/er/a.FLAC"),
    ]


def test_a_file_may_have_any_suffix_and_need_not_exist(tmp_path):
    (source,) = files.find_audio_files(tmp_path / "missing.doc").audio
    assert source == AudioFile(tmp_path / "missing.doc", Path("missing.doc"))


def test_standard_input_has_a_relative_path():
    assert files.find_audio_files(Path("-")).audio == (AudioFile(Path("-"), Path("stdin")),)


def test_relative_paths_are_kept_with_the_suffix_of_the_format():
    assert output_names("a.wav", "deep/a.wav", suffix=".srt") == ["a.srt", "deep/a.srt"]
    assert output_names("a.b.wav", "noname", suffix=".verbose.json") == [
        "a.b.verbose.json",
        "noname.verbose.json",
    ]


def test_conflicting_paths_keep_the_suffix_of_their_source():
    assert output_names("a.wav", "b.wav", "a.mp3") == ["a.wav.txt", "b.txt", "a.mp3.txt"]
    assert output_names("a.wav", "A.WAV") == ["a.wav.txt", "A.WAV.2.txt"]


def test_files_of_the_same_name_from_two_folders_are_numbered():
    named = [*sources("a.wav", below="/one"), *sources("a.wav", "a.wav", below="/two")]
    chosen = files.output_paths(named, FOLDER, ".txt")
    assert [target.name for target in chosen.values()] == ["a.wav.txt", "a.wav.2.txt"]


def test_an_output_path_is_never_a_source():
    assert output_names("a.txt", below=str(FOLDER)) == ["a.txt.txt"]
    assert output_names("a.wav", "A.txt", below=str(FOLDER)) == ["a.wav.txt", "A.txt.txt"]


def test_an_output_path_is_never_a_link_to_a_source(tmp_path):
    (tmp_path / "a.wav").touch()
    (tmp_path / "a.txt").symlink_to(tmp_path / "a.wav")
    (source,) = files.find_audio_files(tmp_path / "a.wav").audio
    assert files.output_paths([source], tmp_path, ".txt") == {source: tmp_path / "a.wav.txt"}


@given(PATHS, PATHS)
def test_output_paths_are_unique_and_no_sources(one, other):
    named = [*sources(*one, below=str(FOLDER)), *sources(*other, below="/other")]
    chosen = files.output_paths(named, FOLDER, ".txt")
    assert list(chosen) == list(dict.fromkeys(named))
    names = [str(target).casefold() for target in chosen.values()]
    assert len(set(names)) == len(names)
    assert not set(names) & {str(source.path).casefold() for source in named}
    assert files.output_paths(named, FOLDER, ".txt") == chosen


def test_a_file_is_written_with_its_folders_and_replaces_an_older_one(tmp_path):
    target = tmp_path / "deep" / "er" / "a.txt"
    for text in ("first", "zweiter Text: äöü\n"):
        files.write_atomically(target, text)
        assert target.read_text(encoding="utf-8") == text
    assert [path.name for path in target.parent.iterdir()] == ["a.txt"]


def test_a_file_is_replaced_rather_than_changed_in_place(tmp_path):
    target, other_name = tmp_path / "a.txt", tmp_path / "b.txt"
    files.write_atomically(target, "first")
    other_name.hardlink_to(target)
    files.write_atomically(target, "second")
    assert (target.read_text(), other_name.read_text()) == ("second", "first")


def test_a_failed_write_leaves_the_older_file_and_nothing_else(tmp_path):
    target = tmp_path / "a.txt"
    files.write_atomically(target, "first")
    with pytest.raises(UnicodeEncodeError):
        files.write_atomically(target, "second, invalid in UTF-8: \ud800")
    assert target.read_text() == "first"
    assert list(tmp_path.iterdir()) == [target]
