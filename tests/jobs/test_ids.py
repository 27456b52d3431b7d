import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import ids as names

FILE_NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


def test_an_id_has_128_bits_and_none_comes_twice():
    ids = {names.new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch("[0-9a-f]{32}", one) and names.is_id(one) for one in ids)


@pytest.mark.parametrize(
    "text", ["", "0" * 31, "0" * 33, "A" * 32, "0" * 32 + "\n", "../" + "0" * 29, "٣" * 32]
)
def test_what_is_not_an_id_is_known(text: str):
    assert not names.is_id(text)


def test_an_owner_does_not_tell_the_key_and_depends_on_the_stack():
    one = names.owner("abcdefghij", "this stack")
    assert re.fullmatch("[0-9a-f]{32}", one)
    assert one == names.owner("abcdefghij", "this stack")
    assert (
        len({one, names.owner("abcdefghij", "another"), names.owner("abcdefghik", "this stack")})
        == 3
    )


@pytest.mark.parametrize("api_key_id", [None, ""])
def test_without_a_key_all_callers_are_one(api_key_id: str | None):
    assert names.owner(api_key_id, "this stack") == "anonymous"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("talk.mp3", "talk.mp3"),
        ("C:\\Users\\me\\My talk (1).mp3", "My talk (1).mp3"),
        ("../../etc/passwd", "passwd"),
        ("..", "audio"),
        ("/", "audio"),
        (".hidden.wav", "hidden.wav"),
        ("récit à lire.m4a", "récit à lire.m4a"),
        ("हिन्दी.opus", "हिन्दी.opus"),
        ("a+b&c=?#%20.wav", "a_b_c____20.wav"),
        ("${filename}", "__filename_"),
        ("line\r\nbreak\x00.wav", "line__break_.wav"),
        ("x" * 300 + ".flac", "x" * 195 + ".flac"),
        ("é" * 300, "é" * 100),
        ("a." + "b" * 300, "a." + "b" * 198),
    ],
)
def test_a_file_name_becomes_one_safe_segment(given: str, kept: str):
    assert names.safe_file_name(given) == kept


@given(FILE_NAMES)
def test_any_file_name_becomes_a_key_that_s3_takes(file_name: str):
    name = names.safe_file_name(file_name)
    assert 0 < len(name.encode()) <= names.FILE_NAME_BYTES
    assert not set(name) & set("/\\+%&?#*'\"<>$")
    assert not any(
        unicodedata.category(character).startswith(("C", "Z"))
        for character in name.replace(" ", "")
    )
    assert name not in {".", ".."}
    assert names.safe_file_name(name) == name


@given(FILE_NAMES)
def test_all_keys_of_a_job_lie_under_its_prefix_and_none_is_another(file_name: str):
    owner, job_id = "anonymous", names.new_id()
    key = names.input_key(owner, job_id, file_name)
    ticket = names.ticket_key(owner, job_id)
    assert key.startswith(names.prefix(owner, job_id))
    assert ticket.startswith(names.prefix(owner, job_id))
    assert not ticket.startswith(key + ".")  # what results are called
