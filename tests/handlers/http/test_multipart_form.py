import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.filepost import encode_multipart_formdata

from asr.choices import OptionError
from asr.errors import AsrError, InvalidBase64Error, MalformedRequestError, TooLargeError
from handlers.http.bodies import MAX_BODY_BYTES
from handlers.http.multipart_form import Form, parse_form

NAMES = st.text("abc_", min_size=1)
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
        assert error.code in {"malformed_request", "invalid_base64"}


@given(st.text())
def test_an_incomplete_form_is_rejected_whatever_its_content_type(content_type):
    with pytest.raises(MalformedRequestError):
        parse_form(b"--b\r\n", f"multipart/form-data{content_type}")


@pytest.mark.parametrize("filename", ['a "quoted" name.wav', "näme.wav", "name=.wav", ";.wav"])
def test_a_field_may_have_any_file_name(filename):
    assert parse_form(*encoded([("file", b"RIFF")], filename)).audio(["file"]) == b"RIFF"


def test_fields_need_no_file_name():
    body, content_type = encode_multipart_formdata([("model", "whisper-1"), ("model", "2")])
    form = parse_form(body, content_type)
    assert (form.names, form.texts("model")) == (("model",), ["whisper-1", "2"])
    assert form.texts("file") == []


def test_a_body_above_the_limit_is_too_large():
    with pytest.raises(TooLargeError, match=f"{MAX_BODY_BYTES:,}"):
        parse_form(b"\0" * (MAX_BODY_BYTES + 1), "multipart/form-data; boundary=b")


@pytest.mark.parametrize(
    ("name", "expected"), [("a[]", "a"), ("a[0]", "a"), ("a[12]", "a"), ("a[b]", "a[b]")]
)
def test_the_index_of_a_list_is_not_part_of_a_name(name: str, expected: str):
    assert parse_form(*encoded([(name, b"1")])).names == (expected,)


def part(content: bytes, *headers: str) -> tuple[bytes, str]:
    """A form with one file, with more headers of its part."""
    head = "\r\n".join(['Content-Disposition: form-data; name="file"; filename="a"', *headers])
    body = b"--b\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n--b--\r\n"
    return body, "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("binary", b"RI=FF\xff"),
        ("8bit", b"RI=FF\xff"),
        ("base64", b"UkkgR\r\nkb/"),
        ("BASE64", b"Ukk9R\r\nkb/"),
        ("quoted-printable", b"RI=3D=\r\nFF=FF"),
    ],
)
def test_the_transfer_encoding_of_a_part_is_decoded(encoding: str, content: bytes):
    form = parse_form(*part(content, f"Content-Transfer-Encoding: {encoding}"))
    assert form.audio(["file"]) in {b"RI=FF\xff", b"RI FF\xff"}


def test_an_unknown_transfer_encoding_is_refused_with_those_that_are_known():
    with pytest.raises(MalformedRequestError, match="'gzip', expected one of 7bit, 8bit, binary"):
        parse_form(*part(b"RIFF", "Content-Transfer-Encoding: gzip"))
    with pytest.raises(InvalidBase64Error):
        parse_form(*part(b"no*base64", "Content-Transfer-Encoding: base64"))


def test_the_audio_of_a_form_may_be_a_data_uri():
    form = parse_form(*encoded([("audio", b"data:audio/wav;base64,UklGRg==")]))
    assert form.audio(["file", "audio"]) == b"RIFF"


def test_a_form_without_audio_is_refused_with_the_nearest_name():
    form = parse_form(*encoded([("model", b"1"), ("files", b"RIFF")]))
    with pytest.raises(OptionError, match=r"no field file or audio .*did you mean 'file'"):
        form.audio(["file", "audio"])


def test_two_recordings_are_refused():
    form = parse_form(*encoded([("file", b"RIFF"), ("audio", b"RIFF")]))
    with pytest.raises(OptionError, match="2 fields file or audio"):
        form.audio(["file", "audio"])
