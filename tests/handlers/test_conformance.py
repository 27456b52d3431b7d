"""The local server conforms to the OpenAPI document (schemathesis, over a socket)."""

import base64
from collections import Counter
from collections.abc import Iterator
from typing import Any

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

from asr.settings import Settings
from asr.transcriber import warm_transcriber
from handlers.http import openai, transcription
from scripts.generate.make_openapi import DOCUMENT
from tests.support import toy_model as toy

CLIPS = [
    toy.text_wav("hello there"),
    toy.encode(toy.text_waveform("flac"), "FLAC"),
    toy.encode(toy.text_waveform("ogg"), "OGG", "VORBIS"),
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
# Options that random values of other options, or the audio, hardly ever fit.
DEPENDENT = ("vocabulary", "channel_names", "track")
schema = schemathesis.openapi.from_path(DOCUMENT)


def without_dependent_options(case: "schemathesis.Case[Any]") -> None:
    """Remove options that depend on others from a valid case, which would be rejected."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    for options in (case.query, case.body):
        if isinstance(options, dict):
            for name in DEPENDENT:
                options.pop(name, None)


@pytest.fixture(autouse=True)
def both_decoders(toy_model, ngram_bundle, monkeypatch):
    """The model has a language model, so that every value of `decoder` is valid."""
    settings = Settings(model_uri=str(ngram_bundle))
    for module in (openai, transcription):
        monkeypatch.setattr(module, "warm_transcriber", lambda _: warm_transcriber(settings))


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
    without_dependent_options(case)
    response = case.call_and_validate(base_url=server, excluded_checks=excluded)
    assert response.status_code < 500
    statuses[response.status_code] += 1
