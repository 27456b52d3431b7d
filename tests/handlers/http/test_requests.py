import base64

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from asr.errors import InvalidBase64Error, MalformedRequestError, TooLargeError
from handlers.http import requests
from handlers.http.requests import TranscriptionRequest
from tests.support.api_events import json_request, request


def parse(event):
    return requests.from_http(APIGatewayProxyEvent(event))


def test_the_body_takes_precedence_over_query_parameters():
    event = json_request(audio=b"a", format="srt")
    event["queryStringParameters"] = {"format": "vtt", "timestamps": "false"}
    assert parse(event) == TranscriptionRequest(b"a", "srt", timestamps=False)


def test_case_and_parameters_of_the_content_type_are_ignored():
    event = json_request(audio=b"a")
    event["headers"] = {"CONTENT-TYPE": "Application/JSON; charset=utf-8"}
    assert parse(event).audio == b"a"


@pytest.mark.parametrize("encoded", ["aGVs\nbG8=", " aGVsbG8= ", "aGVsbG8="])
def test_base64_may_contain_white_space(encoded):
    assert requests.decode_base64(encoded) == b"hello"


@pytest.mark.parametrize("encoded", ["aGVsbG8", "aGVs-G8=", "a", "====", "日本"])
def test_invalid_base64_is_rejected(encoded):
    with pytest.raises(InvalidBase64Error):
        requests.decode_base64(encoded)


def test_audio_is_not_a_query_parameter():
    event = request("POST", "/v1/transcribe", "{}", "application/json")
    event["queryStringParameters"] = {"audio": "aGVsbG8="}
    with pytest.raises(MalformedRequestError, match='"audio"'):
        parse(event)


def test_deeply_nested_json_is_rejected():
    body = '{"audio": "AAAA", "x": ' + "[" * 100_000 + "]" * 100_000 + "}"
    with pytest.raises(MalformedRequestError):
        parse(request("POST", "/v1/transcribe", body, "application/json"))


@pytest.mark.parametrize("option", ["format", "decoder", "timestamps"])
def test_an_error_does_not_repeat_a_long_value(option):
    with pytest.raises(MalformedRequestError, match=option) as rejection:
        requests.from_payload({"audio": "", option: "x" * 4_000_000})
    assert len(str(rejection.value)) < 200


def test_the_error_of_a_text_body_mentions_the_content_type():
    event = request("POST", "/v1/transcribe", "RIFF mangled", "audio/wav")
    with pytest.raises(MalformedRequestError, match="its content type is not an audio type"):
        parse(event)


def test_the_error_of_too_much_audio_has_the_limit():
    audio = b"\0" * (requests.MAX_AUDIO_BYTES + 1)
    with pytest.raises(TooLargeError, match="limit of a request is 4,718,592"):
        requests.from_payload({"audio": base64.b64encode(audio).decode()})


@pytest.mark.parametrize(
    ("given", "expected"), [(True, True), ("False", False), ("1", True), ("0", False)]
)
def test_booleans_have_several_spellings(given, expected):
    assert requests.from_payload({"audio": "", "timestamps": given}).timestamps is expected


@pytest.mark.parametrize("decoder", ["viterbi", None, 1, ["beam"]])
def test_an_unknown_decoder_is_rejected(decoder):
    with pytest.raises(MalformedRequestError, match="expected one of greedy, beam"):
        requests.from_payload({"audio": "", "decoder": decoder})


def test_the_decoder_may_be_in_the_body_or_in_the_query():
    event = request("POST", "/v1/transcribe", b"a", "audio/wav")
    assert parse(event).decoder is None
    event["queryStringParameters"] = {"decoder": "beam"}
    assert parse(event).decoder == "beam"
    assert requests.from_payload({"audio": "", "decoder": "greedy"}).decoder == "greedy"
