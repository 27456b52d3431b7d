import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.errors import InvalidBase64Error
from handlers.http.bodies import decode_audio, decode_base64


@pytest.mark.parametrize(
    "encoded", ["aGVs\nbG8=", " aGVsbG8= ", "aGVsbG8=", "aGVsbG8", "a\r\nGVsbG8"]
)
def test_base64_may_contain_white_space_and_lack_its_padding(encoded):
    assert decode_base64(encoded) == b"hello"


@given(st.binary(), st.booleans(), st.booleans())
def test_both_alphabets_are_decoded_with_and_without_padding(content, url_safe, padded):
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    encoded = encode(content).decode()
    assert decode_base64(encoded if padded else encoded.rstrip("=")) == content


@pytest.mark.parametrize("encoded", ["aGVsb", "a", "====", "日本", "aG*s", "-_+/", "aGVsbG8=="])
def test_invalid_base64_is_rejected(encoded):
    with pytest.raises(InvalidBase64Error):
        decode_base64(encoded)


@pytest.mark.parametrize(
    "uri",
    [
        "data:audio/wav;base64,aGVsbG8=",
        "data:audio/webm;codecs=opus;base64,aGVsbG8",
        "DATA:;BASE64,aGVs%62G8%3D",
        "data:base64,hello",
        "data:,%68ello",
        " data:audio/wav;base64,aGVs\nbG8=\n",
    ],
)
def test_a_data_uri_is_decoded(uri):
    assert decode_audio(uri) == b"hello"


def test_the_address_of_a_file_is_refused():
    with pytest.raises(InvalidBase64Error, match="addresses are not fetched"):
        decode_audio("https://example.com/a.wav")
