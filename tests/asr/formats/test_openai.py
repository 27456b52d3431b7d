"""The shapes themselves; tests/handlers/http/test_openai.py reads them with the real client."""

import json
import math
from dataclasses import replace

import pytest

from asr.formats import openai
from asr.transcript import ModelIdentity, Timing, Transcript, Word

SAID = Transcript(
    words=(
        Word("hello", 0.32, 0.61, 0.9),
        Word("world", 0.7, 1.1, 0.0),
        Word("again", 3.0, 3.4, 0.8),
    ),
    duration=4.2,
    model=ModelIdentity("m", "1", "ab"),
    timing=Timing(3.1, 41.0, 0.027, cold_start=False),
)
SILENCE = Transcript((), 1.0, SAID.model, SAID.timing)


def test_json_has_the_text_and_the_usage():
    assert openai.to_json(SAID) == {
        "text": "hello world again",
        "usage": {"type": "duration", "seconds": 4.2},
    }


def test_verbose_json_has_words_and_segments():
    members = openai.to_verbose_json(SAID)
    assert (members["task"], members["text"], members["duration"]) == (
        "transcribe",
        "hello world again",
        4.2,
    )
    assert members["words"][1] == {"word": "world", "start": 0.7, "end": 1.1}
    first, second = members["segments"]
    assert (first["id"], first["seek"], first["start"], first["end"]) == (0, 32, 0.32, 1.1)
    assert (second["id"], second["text"], second["seek"]) == (1, "again", 300)


def test_words_have_their_case_but_no_marks_and_segments_are_written():
    said = replace(SAID, words=(Word("don't", 0.0, 0.5, 0.9, "\u201cDon't"), SAID.words[1]))
    members = openai.to_verbose_json(said)
    assert members["words"][0] == {"word": "Don't", "start": 0.0, "end": 0.5}
    assert members["segments"][0]["text"] == members["text"] == "\u201cDon't world"


@pytest.mark.parametrize(
    ("tag", "name"),
    [("en", "english"), ("en-GB", "english"), ("pt-BR", "portuguese"), ("tlh", "tlh")],
)
def test_languages_have_their_english_names(tag, name):
    assert openai.to_verbose_json(replace(SAID, language=tag))["language"] == name


@pytest.mark.parametrize("granularities", [["word"], ["segment"], ["word", "segment"]])
def test_only_the_requested_granularities_are_included(granularities):
    members = openai.to_verbose_json(SAID, granularities)
    assert ("words" in members, "segments" in members) == (
        "word" in granularities,
        "segment" in granularities,
    )


def test_the_log_probability_of_a_segment_is_the_mean_of_its_words():
    first, second = openai.to_verbose_json(SAID)["segments"]
    assert second["avg_logprob"] == round(math.log(0.8), 4)
    # A confidence that was rounded to 0 does not end in a logarithm of 0.
    assert first["avg_logprob"] == round((math.log(0.9) + math.log(0.0005)) / 2, 4)


def test_repetition_raises_the_compression_ratio():
    words = tuple(Word("again", i / 2, i / 2 + 0.4, 0.5) for i in range(50))
    (segment,) = openai.to_verbose_json(Transcript(words, 25.0, SAID.model, SAID.timing))[
        "segments"
    ]
    assert segment["compression_ratio"] > 2.4  # above which Whisper takes a segment for failed
    assert openai.to_verbose_json(SAID)["segments"][0]["compression_ratio"] < 1


def test_the_deltas_of_the_events_join_to_the_text():
    lines = openai.to_events(SAID).splitlines()
    events = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data")]
    assert [line for line in lines if line.startswith("event")] == [
        f"event: {event['type']}" for event in events
    ]
    *deltas, done = events
    assert "".join(event["delta"] for event in deltas) == done["text"] == SAID.text
    assert len(deltas) == 2


def test_silence_has_no_segments():
    members = openai.to_verbose_json(SILENCE)
    assert (members["text"], members["words"], members["segments"]) == ("", [], [])
    assert openai.to_events(SILENCE).count("event: ") == 1
