import pytest

from training.data import phones
from training.data.phones import AlignedWord
from training.errors import InputError

CLIPS: dict[str, list[AlignedWord]] = {
    "a/one.flac": [(("sil", 12),), (("w", 3), ("ah", 9), ("n", 7))],
    "two.flac": [(("t", 4), ("uw", 11))],
}


def test_written_alignments_are_read_back(tmp_path):
    phones.write_alignments(tmp_path / phones.FILE_NAME, CLIPS)
    assert phones.read_alignments(tmp_path / phones.FILE_NAME) == CLIPS


def test_a_clip_is_a_readable_line(tmp_path):
    phones.write_alignments(tmp_path / phones.FILE_NAME, CLIPS)
    lines = (tmp_path / phones.FILE_NAME).read_text(encoding="utf-8").splitlines()
    assert lines == ["file\tphones", "a/one.flac\tsil:12 w:3-ah:9-n:7", "two.flac\tt:4-uw:11"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the first line is not"),
        ("file\ttext\na.flac\tah:3\n", "the first line is not"),
        ("file\tphones\na.flac\tah\n", "not enough values"),
        ("file\tphones\na.flac\tah:x\n", "invalid literal for int"),
        ("file\tphones\na.flac\tqq:3\n", "'qq' is not a phone"),
        ("file\tphones\nah:3\n", "not enough values"),
    ],
)
def test_a_file_of_another_format_is_rejected(tmp_path, text, reason):
    (tmp_path / phones.FILE_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=rf"phones\.tsv is not a phone alignment file: .*{reason}"):
        phones.read_alignments(tmp_path / phones.FILE_NAME)


def test_there_are_39_phones_and_silence():
    assert len(phones.PHONES) == len(phones.PHONE_INDEX) == 40
    assert phones.PHONE_INDEX[phones.SILENCE] == 0
