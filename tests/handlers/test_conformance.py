"""The local server conforms to the OpenAPI document (schemathesis, over a socket)."""

import base64
from collections import Counter
from collections.abc import Iterator

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
)

from scripts.generate.make_openapi import DOCUMENT
from tests.support import toy_model

CLIPS = [
    toy_model.text_wav("hello there"),
    toy_model.encode(toy_model.text_waveform("flac"), "FLAC"),
    toy_model.encode(toy_model.text_waveform("ogg"), "OGG", "VORBIS"),
]
# Half of the bodies are audio, because random bytes never get past the decoder.
AUDIO = st.sampled_from(CLIPS) | st.binary(max_size=200)
for media_type in ("audio/*", "video/*", "application/octet-stream"):
    schemathesis.openapi.media_type(media_type, AUDIO)
schemathesis.openapi.format("binary", AUDIO)
schemathesis.openapi.format("byte", AUDIO.map(lambda audio: base64.b64encode(audio).decode()))

EXCLUDED_CHECKS = [
    positive_data_acceptance,  # no schema defines which bytes are audio
    unsupported_method,  # the response is 404, as that of API Gateway itself
]
TRANSCRIPTION_SHARE_MIN = 0.05
schema = schemathesis.openapi.from_path(DOCUMENT)


@pytest.fixture
def statuses() -> Iterator[Counter[int]]:
    """Number of responses by status; of the bodies with audio, enough must be transcribed."""
    counts: Counter[int] = Counter()
    yield counts
    if counts[415]:
        assert counts[200] > TRANSCRIPTION_SHARE_MIN * counts.total()


@schema.parametrize()
@hypothesis.settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_response_conforms_to_the_document(case, server, statuses):
    # All fields of a form are text, so a number where text is expected is not an error.
    is_form = case.media_type == "multipart/form-data"
    excluded = [*EXCLUDED_CHECKS, negative_data_rejection] if is_form else EXCLUDED_CHECKS
    response = case.call_and_validate(base_url=server, excluded_checks=excluded)
    assert response.status_code < 500
    statuses[response.status_code] += 1
