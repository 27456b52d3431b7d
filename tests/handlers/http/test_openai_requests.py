from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from urllib3.filepost import encode_multipart_formdata

from handlers.http import openai_requests
from handlers.http.openai_requests import FieldError, OpenaiRequest
from tests.support.api_events import request


def read(*fields: tuple[str, str]) -> OpenaiRequest:
    """Read a form of a file of `RIFF`, a model, and these fields."""
    parts: Any = [("file", ("clip.wav", b"RIFF")), ("model", "whisper-1"), *fields]
    body, content_type = encode_multipart_formdata(parts)
    event = request("POST", "/v1/audio/transcriptions", body, content_type)
    return openai_requests.read(APIGatewayProxyEvent(event))


def test_what_is_not_said_is_as_theirs():
    assert read() == OpenaiRequest(b"RIFF", "json", frozenset({"segment"}), stream=False)


def test_fields_of_their_other_models_are_passed_over():
    assert read(("temperature", "warm"), ("prompt", ""), ("known_speaker_names[]", "Ada")) == read()


@pytest.mark.parametrize("name", ["timestamp_granularities", "timestamp_granularities[]"])
def test_granularities_may_be_named_either_way(name):
    given = read(("response_format", "verbose_json"), (name, "word"), (name, "segment"))
    assert given.granularities == {"word", "segment"}
    assert read(("response_format", "verbose_json"), (name, "word")).granularities == {"word"}


def test_of_a_field_that_comes_twice_the_last_counts():
    assert read(("response_format", "srt"), ("response_format", "vtt")).response_format == "vtt"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("response_format", "SRT"),
        ("stream", "1"),
        ("timestamp_granularities", "word"),
        ("decoder", "viterbi"),
    ],
)
def test_a_refusal_names_the_field(field, value):
    with pytest.raises(FieldError, match=field) as refusal:
        read((field, value))
    assert refusal.value.field == field


def test_the_decoder_can_be_chosen_though_they_have_no_such_field():
    assert read().decoder is None
    assert read(("decoder", "beam")).decoder == "beam"
