import pytest

from training.data import phones
from training.data.phones import Word
from training.errors import InputError

CLIPS: dict[str, list[Word]] = {
    "a/one.flac": [(("sil", 12),), (("w", 3), ("ah", 9), ("n", 7))],
    "two.flac": [(("t", 4), ("uw", 11))],
}


def test_what_is_read_is_what_was_written(tmp_path):
    phones.write(tmp_path / phones.FILE, CLIPS)
    assert phones.read(tmp_path / phones.FILE) == CLIPS


def test_a_clip_is_a_line_that_people_can_read(tmp_path):
    phones.write(tmp_path / phones.FILE, CLIPS)
    lines = (tmp_path / phones.FILE).read_text(encoding="utf-8").splitlines()
    assert lines == ["file\tphones", "a/one.flac\tsil:12 w:3-ah:9-n:7", "two.flac\tt:4-uw:11"]


@pytest.mark.parametrize(
    "text", ["", "file\ttext\na.flac\tah:3\n", "file\tphones\na.flac\tah\n",
             "file\tphones\na.flac\tah:x\n", "file\tphones\na.flac\tqq:3\n",
             "file\tphones\nah:3\n"]
)  # fmt: skip
def test_another_file_is_refused(tmp_path, text):
    (tmp_path / phones.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"phones\.tsv does not hold phones"):
        phones.read(tmp_path / phones.FILE)


def test_there_are_39_phones_and_silence():
    assert len(phones.PHONES) == len(phones.INDEX) == 40
    assert phones.INDEX[phones.SILENCE] == 0
