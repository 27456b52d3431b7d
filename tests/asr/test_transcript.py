import json

import pytest

from asr import transcript
from asr.errors import MalformedRequestError
from asr.transcript import ModelIdentity, Timing, Transcript, Word

HELLO = Transcript(
    words=(Word("hello", 0.32, 0.61, 0.9), Word("world", 0.7, 1.1, 0.8)),
    duration=1.62,
    model=ModelIdentity("m", "1", "ab"),
    timing=Timing(3.1, 41.0, 0.027, cold_start=False),
)
SILENCE = Transcript((), 1.0, HELLO.model, HELLO.timing)


def test_json_has_the_members_of_the_contract():
    assert transcript.to_json(HELLO) == {
        "transcript": "hello world",
        "confidence": 0.85,
        "duration": 1.62,
        "words": [
            {"word": "hello", "start": 0.32, "end": 0.61, "confidence": 0.9},
            {"word": "world", "start": 0.7, "end": 1.1, "confidence": 0.8},
        ],
        "model": {"name": "m", "version": "1", "sha256": "ab"},
        "timing": {
            "decode_ms": 3.1,
            "inference_ms": 41.0,
            "real_time_factor": 0.027,
            "cold_start": False,
        },
    }


def test_json_without_timestamps_has_no_words():
    assert "words" not in transcript.to_json(HELLO, timestamps=False)


def test_verbose_json_has_words_and_segments():
    members = transcript.to_verbose_json(HELLO)
    assert (members["text"], members["duration"]) == ("hello world", 1.62)
    assert members["words"][1] == {"word": "world", "start": 0.7, "end": 1.1}
    assert members["segments"] == [{"id": 0, "start": 0.32, "end": 1.32, "text": "hello world"}]


def test_silence_has_no_confidence():
    assert SILENCE.confidence is None
    assert SILENCE.text == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("text", "hello world\n"),
        ("srt", "1\n00:00:00,320 --> 00:00:01,320\nhello world\n"),
        ("vtt", "WEBVTT\n\n00:00:00.320 --> 00:00:01.320\nhello world\n"),
    ],
)
def test_each_text_form(name, expected):
    assert transcript.rendering(name).write(HELLO) == expected


@pytest.mark.parametrize("name", transcript.FORMATS)
def test_every_form_can_write_silence(name):
    form = transcript.rendering(name)
    written = form.write(SILENCE)
    if form.media_type == "application/json":
        assert json.loads(written)["duration"] == 1.0


def test_an_unknown_form_is_refused_with_those_there_are():
    with pytest.raises(MalformedRequestError, match="'doc' is not one of json, text"):
        transcript.rendering("doc")
