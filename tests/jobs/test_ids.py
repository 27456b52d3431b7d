import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import ids

FILE_NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


def test_ids_have_128_bits_and_are_unique():
    generated = {ids.new_id() for _ in range(1000)}
    assert len(generated) == 1000
    assert all(re.fullmatch("[0-9a-f]{32}", job_id) and ids.is_id(job_id) for job_id in generated)


@pytest.mark.parametrize(
    "text", ["", "0" * 31, "0" * 33, "A" * 32, "0" * 32 + "\n", "../" + "0" * 29, "٣" * 32]
)
def test_an_invalid_id_is_recognised(text: str):
    assert not ids.is_id(text)


def test_an_owner_is_a_hash_that_depends_on_key_and_stack():
    one = ids.owner("abcdefghij", "this stack")
    assert re.fullmatch("[0-9a-f]{32}", one)
    assert one == ids.owner("abcdefghij", "this stack")
    assert (
        len({one, ids.owner("abcdefghij", "another"), ids.owner("abcdefghik", "this stack")}) == 3
    )


@pytest.mark.parametrize("api_key_id", [None, ""])
def test_without_a_key_the_owner_is_anonymous(api_key_id: str | None):
    assert ids.owner(api_key_id, "this stack") == "anonymous"


@pytest.mark.parametrize(
    ("file_name", "sanitised"),
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
def test_a_file_name_becomes_one_safe_segment_of_a_key(file_name: str, sanitised: str):
    assert ids.safe_file_name(file_name) == sanitised


@given(FILE_NAMES)
def test_any_file_name_becomes_a_valid_segment_of_a_key(file_name: str):
    name = ids.safe_file_name(file_name)
    assert 0 < len(name.encode()) <= ids.FILE_NAME_BYTES
    assert not set(name) & set("/\\+%&?#*'\"<>$")
    assert not any(
        unicodedata.category(character).startswith(("C", "Z"))
        for character in name.replace(" ", "")
    )
    assert name not in {".", ".."}
    assert ids.safe_file_name(name) == name


@given(FILE_NAMES)
def test_the_keys_of_a_job_share_its_prefix_and_differ(file_name: str):
    owner, job_id = "anonymous", ids.new_id()
    key = ids.input_key(owner, job_id, file_name)
    ticket = ids.ticket_key(owner, job_id)
    assert key.startswith(ids.prefix(owner, job_id))
    assert ticket.startswith(ids.prefix(owner, job_id))
    assert not ticket.startswith(key + ".")  # as the keys of results do
