import base64

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from asr.errors import InvalidBase64Error, MalformedRequestError, TooLargeError
from handlers.http import requests
from handlers.http.requests import TranscriptionRequest
from tests.support.api_events import as_json, request


def read(event):
    return requests.from_http(APIGatewayProxyEvent(event))


def test_members_of_the_body_win_over_parameters():
    event = as_json(audio=b"a", format="srt")
    event["queryStringParameters"] = {"format": "vtt", "timestamps": "false"}
    assert read(event) == TranscriptionRequest(b"a", "srt", timestamps=False)


def test_a_content_type_is_matched_without_regard_to_case_or_parameters():
    event = as_json(audio=b"a")
    event["headers"] = {"CONTENT-TYPE": "Application/JSON; charset=utf-8"}
    assert read(event).audio == b"a"


@pytest.mark.parametrize("encoded", ["aGVs\nbG8=", " aGVsbG8= ", "aGVsbG8="])
def test_base64_may_have_line_breaks(encoded):
    assert requests.decode_base64(encoded) == b"hello"


@pytest.mark.parametrize("encoded", ["aGVsbG8", "aGVs-G8=", "a", "====", "日本"])
def test_what_is_not_base64_is_refused(encoded):
    with pytest.raises(InvalidBase64Error):
        requests.decode_base64(encoded)


def test_audio_is_no_parameter():
    event = request("POST", "/v1/transcribe", "{}", "application/json")
    event["queryStringParameters"] = {"audio": "aGVsbG8="}
    with pytest.raises(MalformedRequestError, match='"audio"'):
        read(event)


def test_json_that_is_nested_too_deeply_is_refused():
    body = '{"audio": "AAAA", "x": ' + "[" * 100_000 + "]" * 100_000 + "}"
    with pytest.raises(MalformedRequestError):
        read(request("POST", "/v1/transcribe", body, "application/json"))


@pytest.mark.parametrize("option", ["format", "decoder", "timestamps"])
def test_what_is_no_option_is_not_repeated_at_length(option):
    with pytest.raises(MalformedRequestError, match=option) as refused:
        requests.from_payload({"audio": "", option: "x" * 4_000_000})
    assert len(str(refused.value)) < 200


def test_a_text_body_that_was_not_declared_binary_says_what_to_do():
    event = request("POST", "/v1/transcribe", "RIFF mangled", "audio/wav")
    with pytest.raises(MalformedRequestError, match="neither JSON nor declared as audio"):
        read(event)


def test_the_limit_is_named():
    audio = b"\0" * (requests.MAX_AUDIO_BYTES + 1)
    with pytest.raises(TooLargeError, match="may hold 4,718,592 bytes"):
        requests.from_payload({"audio": base64.b64encode(audio).decode()})


@pytest.mark.parametrize(
    ("given", "expected"), [(True, True), ("False", False), ("1", True), ("0", False)]
)
def test_booleans_are_read_as_people_write_them(given, expected):
    assert requests.from_payload({"audio": "", "timestamps": given}).timestamps is expected


@pytest.mark.parametrize("decoder", ["viterbi", None, 1, ["beam"]])
def test_a_decoder_that_there_is_not_is_refused(decoder):
    with pytest.raises(MalformedRequestError, match="not one of greedy, beam"):
        requests.from_payload({"audio": "", "decoder": decoder})


def test_a_decoder_can_be_chosen_in_the_body_or_as_a_parameter():
    event = request("POST", "/v1/transcribe", b"a", "audio/wav")
    assert read(event).decoder is None
    event["queryStringParameters"] = {"decoder": "beam"}
    assert read(event).decoder == "beam"
    assert requests.from_payload({"audio": "", "decoder": "greedy"}).decoder == "greedy"
