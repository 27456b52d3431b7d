from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from urllib3.filepost import encode_multipart_formdata

from handlers.http import openai_requests
from handlers.http.openai_requests import FormFieldError, OpenAIRequest
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
    assert (
        parse(("temperature", "warm"), ("prompt", ""), ("known_speaker_names[]", "Ada")) == parse()
    )


@pytest.mark.parametrize("name", ["timestamp_granularities", "timestamp_granularities[]"])
def test_the_name_of_the_granularities_may_have_brackets(name):
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
    with pytest.raises(FormFieldError, match=field) as rejection:
        parse((field, value))
    assert rejection.value.field == field


def test_the_decoder_can_be_chosen():
    assert parse().decoder is None
    assert parse(("decoder", "beam")).decoder == "beam"
