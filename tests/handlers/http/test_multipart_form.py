import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.filepost import encode_multipart_formdata

from asr.errors import AsrError, MalformedRequestError, TooLargeError
from handlers.http.multipart_form import Form, parse_form
from handlers.http.requests import MAX_BODY_BYTES

NAMES = st.text("abc[]_", min_size=1)
FIELDS = st.lists(st.tuples(NAMES, st.binary()))


def encoded(fields: list[tuple[str, bytes]], filename: str = "clip.wav") -> tuple[bytes, str]:
    """Encode a form with urllib3; returns the body and its content type."""
    return encode_multipart_formdata([(name, (filename, value)) for name, value in fields])


@given(FIELDS)
def test_parsing_inverts_encoding(fields):
    assert parse_form(*encoded(fields)) == Form(tuple(fields))


@given(FIELDS, st.randoms())
def test_a_damaged_form_is_parsed_or_rejected(fields, chance: random.Random):
    body, content_type = encoded(fields)
    damaged = bytearray(body)
    for _ in range(chance.randint(1, 5)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    try:
        parse_form(bytes(damaged[: chance.randint(0, len(damaged))]), content_type)
    except AsrError as error:
        assert error.code == "malformed_request"


@given(st.text())
def test_an_incomplete_form_is_rejected_whatever_its_content_type(content_type):
    with pytest.raises(MalformedRequestError):
        parse_form(b"--b\r\n", f"multipart/form-data{content_type}")


@pytest.mark.parametrize("filename", ['a "quoted" name.wav', "näme.wav", "name=.wav", ";.wav"])
def test_a_field_may_have_any_file_name(filename):
    assert parse_form(*encoded([("file", b"RIFF")], filename)).first("file") == b"RIFF"


def test_fields_need_no_file_name():
    body, content_type = encode_multipart_formdata([("model", "whisper-1"), ("model", "2")])
    form = parse_form(body, content_type)
    assert (form.first("model"), form.texts(["model"])) == (b"whisper-1", ["whisper-1", "2"])
    assert form.first("file") is None


def test_a_body_above_the_limit_is_too_large():
    with pytest.raises(TooLargeError, match=f"{MAX_BODY_BYTES:,}"):
        parse_form(b"\0" * (MAX_BODY_BYTES + 1), "multipart/form-data; boundary=b")
