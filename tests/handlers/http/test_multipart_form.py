import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.filepost import encode_multipart_formdata

from asr.errors import AsrError, MalformedRequestError, TooLargeError
from handlers.http import multipart_form
from handlers.http.multipart_form import Form
from handlers.http.requests import MAX_BODY_BYTES

NAMES = st.text("abc[]_", min_size=1)
FIELDS = st.lists(st.tuples(NAMES, st.binary()))


def encoded(fields: list[tuple[str, bytes]], filename: str = "clip.wav") -> tuple[bytes, str]:
    """A form as urllib3 writes it; returns the body and its content type."""
    return encode_multipart_formdata([(name, (filename, value)) for name, value in fields])


@given(FIELDS)
def test_fields_are_read_as_they_were_written(fields):
    assert multipart_form.read(*encoded(fields)) == Form(tuple(fields))


@given(FIELDS, st.randoms())
def test_a_damaged_form_is_refused_or_read_and_never_a_fault(fields, chance: random.Random):
    body, content_type = encoded(fields)
    damaged = bytearray(body)
    for _ in range(chance.randint(1, 5)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    try:
        multipart_form.read(bytes(damaged[: chance.randint(0, len(damaged))]), content_type)
    except AsrError as error:
        assert error.code == "malformed_request"


@given(st.text())
def test_any_content_type_is_refused_or_read(content_type):
    with pytest.raises(MalformedRequestError):
        multipart_form.read(b"--b\r\n", f"multipart/form-data{content_type}")


@pytest.mark.parametrize("filename", ['a "quoted" name.wav', "näme.wav", "name=.wav", ";.wav"])
def test_a_name_of_any_kind_does_not_hide_the_field(filename):
    assert multipart_form.read(*encoded([("file", b"RIFF")], filename)).content("file") == b"RIFF"


def test_fields_without_a_file_name_are_fields_too():
    body, content_type = encode_multipart_formdata([("model", "whisper-1"), ("model", "2")])
    form = multipart_form.read(body, content_type)
    assert (form.content("model"), form.texts(["model"])) == (b"whisper-1", ["whisper-1", "2"])
    assert form.content("file") is None


def test_more_than_a_request_may_hold_is_too_large():
    with pytest.raises(TooLargeError, match=f"{MAX_BODY_BYTES:,}"):
        multipart_form.read(b"\0" * (MAX_BODY_BYTES + 1), "multipart/form-data; boundary=b")
