from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from urllib3.filepost import encode_multipart_formdata

from asr.channels import SeparateChannels
from asr.choices import OptionError
from handlers.http import openai_requests
from handlers.http.openai_requests import OpenAIRequest
from tests.support.api_events import request


def parse(*fields: tuple[str, str]) -> OpenAIRequest:
    """Parse a form with the file `RIFF`, a model, and these fields."""
    parts: Any = [("file", ("clip.wav", b"RIFF")), ("model", "whisper-1"), *fields]
    body, content_type = encode_multipart_formdata(parts)
    event = request("POST", "/v1/audio/transcriptions", body, content_type)
    return openai_requests.from_http(APIGatewayProxyEvent(event))


def test_defaults_are_those_of_openai():
    assert parse() == OpenAIRequest(b"RIFF", "json", frozenset({"segment"}), stream=False)


def test_fields_for_other_models_are_ignored():
    given = parse(("temperature", "warm"), ("language", "en"), ("known_speaker_names[]", "Ada"))
    assert given == parse()


@pytest.mark.parametrize(
    ("fields", "phrases", "optional"),
    [
        ([("prompt", "ZyntriQix, Digique Plus")], ["ZyntriQix", "Digique Plus"], True),
        ([("prompt", "This is a long lecture about other things. ")], [], True),
        ([("hotwords", "Ada"), ("prompt", "Babbage")], ["Ada", "Babbage"], True),
        (
            [("vocabulary[]", "Ada"), ("vocabulary[]", "Bob"), ("prompt", "C")],
            ["Ada", "Bob"],
            False,
        ),
    ],
)
def test_a_prompt_and_hotwords_are_an_optional_vocabulary(fields, phrases, optional):
    found = parse(*fields).vocabulary
    assert ([phrase.written for phrase in found.phrases], found.optional) == (phrases, optional)


@pytest.mark.parametrize("index", ["", "[]", "[0]", "[1]"])
def test_the_name_of_the_granularities_may_have_brackets(index):
    name = f"timestamp_granularities{index}"
    given = parse(("response_format", "verbose_json"), (name, "word"), (name, "segment"))
    assert given.granularities == {"word", "segment"}
    assert parse(("response_format", "verbose_json"), (name, "word")).granularities == {"word"}


def test_the_last_of_repeated_fields_counts():
    assert parse(("response_format", "srt"), ("response_format", "vtt")).response_format == "vtt"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("response_format", "SRT"),
        ("stream", "1"),
        ("timestamp_granularities", "word"),
        ("decoder", "viterbi"),
    ],
)
def test_an_error_has_the_name_of_the_field(field, value):
    with pytest.raises(OptionError, match=field) as rejection:
        parse((field, value))
    assert rejection.value.option == field


@pytest.mark.parametrize(
    ("field", "nearest"),
    [("respons_format", "response_format"), ("timestamp_granularity[]", "timestamp_granularities")],
)
def test_an_unknown_field_is_refused_with_the_nearest_name(field, nearest):
    with pytest.raises(OptionError, match=f"did you mean '{nearest}'") as rejection:
        parse((field, "srt"))
    assert rejection.value.option == field.removesuffix("[]")


def test_options_in_the_query_are_refused():
    body, content_type = encode_multipart_formdata({"file": ("a", b"RIFF"), "model": "m"})
    path, event = "/v1/audio/transcriptions", APIGatewayProxyEvent
    with pytest.raises(OptionError, match="response_format"):
        openai_requests.from_http(
            event(request("POST", path, body, content_type, "response_format=srt"))
        )
    azure = event(request("POST", path, body, content_type, "api-version=2024-06-01"))
    assert openai_requests.from_http(azure).audio == b"RIFF"


@pytest.mark.parametrize(("given", "expected"), [("True", True), ("False", False)])
def test_a_boolean_of_python_is_understood(given, expected):
    assert parse(("stream", given)).stream is expected


def test_the_decoder_can_be_chosen():
    assert parse().decoder is None
    assert parse(("decoder", "beam")).decoder == "beam"


def test_punctuation_can_be_chosen():
    assert parse().punctuate is None
    assert parse(("punctuate", "False")).punctuate is False
    assert parse(("punctuate", "true")).punctuate is True
    with pytest.raises(OptionError, match="punctuate is 'maybe', expected one of true, false"):
        parse(("punctuate", "maybe"))


def test_channels_may_be_separate():
    assert parse().channels is None
    named = parse(("channels", "separate"), ("channel_names[]", "a"), ("channel_names[]", "b"))
    assert named.channels == SeparateChannels(("a", "b"))
