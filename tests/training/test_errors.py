import pytest

from asr.errors import TooShortError
from training.errors import InputError, error_context, message


def test_error_context_is_prefixed_to_the_message():
    with pytest.raises(InputError, match=r"^clip\.wav: 3 ms$"), error_context("clip.wav"):
        raise TooShortError("3 ms")


def test_other_exceptions_pass_through_an_error_context():
    with pytest.raises(KeyError), error_context("clip.wav"):
        raise KeyError("bug")


def test_a_message_is_one_line_and_names_the_file(tmp_path):
    assert message(InputError("two\n  lines")) == "two lines"
    with pytest.raises(OSError, match="nowhere") as error:
        (tmp_path / "nowhere").read_bytes()
    assert message(error.value) == f"{tmp_path}/nowhere: No such file or directory"
