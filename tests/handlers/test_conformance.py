"""The local server keeps to its own document, whatever is sent (schemathesis, on a real socket)."""

import base64

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
)

from scripts.generate.make_openapi import DOCUMENT
from tests.handlers.conftest import ANSWERS
from tests.support import toy_model

SPOKEN = [
    toy_model.wav("hello there"),
    toy_model.encode(toy_model.speak("flac"), "FLAC"),
    toy_model.encode(toy_model.speak("ogg"), "OGG", "VORBIS"),
]
# Random bytes are no audio; half of what is sent is, so that what comes after decoding is reached.
AUDIO = st.sampled_from(SPOKEN) | st.binary(max_size=200)
for media_type in ("audio/*", "video/*", "application/octet-stream"):
    schemathesis.openapi.media_type(media_type, AUDIO)
schemathesis.openapi.format("binary", AUDIO)
schemathesis.openapi.format("byte", AUDIO.map(lambda audio: base64.b64encode(audio).decode()))

NOT_HELD_TO = [
    positive_data_acceptance,  # no schema can say which bytes are audio
    unsupported_method,  # is 404, as API Gateway's own answer to it is
]
schema = schemathesis.openapi.from_path(DOCUMENT)


@schema.parametrize()
@hypothesis.settings(max_examples=200)
def test_no_answer_is_outside_the_document(case, server):
    # In a form all is text, so that a number in place of a text is not to be told from one.
    is_form = case.media_type == "multipart/form-data"
    excluded = [*NOT_HELD_TO, negative_data_rejection] if is_form else NOT_HELD_TO
    answer = case.call_and_validate(base_url=server, excluded_checks=excluded)
    assert answer.status_code < 500
    ANSWERS[f"{case.method} {case.path}", answer.status_code] += 1


@pytest.mark.parametrize("path", ["/v1/transcribe", "/v1/audio/transcriptions"])
def test_what_was_sent_was_audio_often_enough(path):
    counts = {status: n for (operation, status), n in ANSWERS.items() if path in operation}
    if not counts:
        pytest.skip("nothing was sent")
    assert counts[200] > 0.05 * sum(counts.values())
