"""Amazon Transcribe's shape, held to a schema written from its developer guide."""

import json
from dataclasses import replace
from pathlib import Path

import fastjsonschema
from hypothesis import given
from hypothesis import strategies as st

from asr import written_text
from asr.formats import amazon_transcribe, registry
from asr.transcript import ModelIdentity, Timing, Transcript, Word

validate = fastjsonschema.compile(
    json.loads((Path(__file__).parent / "amazon.schema.json").read_text())
)
MODEL = ModelIdentity("residual-bigru.small_2", "1", "ab")
TIMING = Timing(3.1, 41.0, 0.027, cold_start=False)
SAID = Transcript(
    (Word("hello", 0.0, 0.61, 1.0), Word("world", 0.7, 1.1, 0.875), Word("again", 3.0, 3.4, 0.0)),
    4.2,
    MODEL,
    TIMING,
)


@st.composite
def transcripts(draw):
    words, clock = [], 0.0
    for text in draw(st.lists(st.text("abC'é.,?", min_size=1).filter(written_text.plain))):
        start = round(clock + draw(st.floats(0, 3)), 3)
        clock = round(start + draw(st.floats(0.02, 3)), 3)
        confidence = round(draw(st.floats(0, 1)), 3)
        words.append(Word(written_text.plain(text), start, clock, confidence, text))
    return Transcript(tuple(words), round(clock, 3), MODEL, TIMING)


@given(transcripts())
def test_every_transcript_fits_the_schema(said):
    validate(json.loads(registry.FORMATS["transcribe"].render(said)))


CALL = Transcript(
    (
        Word("hello", 0.0, 0.6, 1.0, channel="agent"),
        Word("hi", 0.5, 0.9, 0.9, "Hi!", channel="customer"),
        Word("bye", 2.0, 2.4, 0.8, channel="agent"),
    ),
    4.2,
    MODEL,
    TIMING,
    channels=("agent", "customer"),
)


def test_separate_channels_have_the_labels_of_channel_identification():
    results = amazon_transcribe.to_transcribe(CALL)["results"]
    validate(json.loads(registry.FORMATS["transcribe"].render(CALL)))
    labels = results["channel_labels"]
    assert labels["number_of_channels"] == 2
    assert {
        channel["channel_label"]: [item["alternatives"][0]["content"] for item in channel["items"]]
        for channel in labels["channels"]
    } == {"ch_0": ["hello", "bye"], "ch_1": ["Hi", "!"]}
    assert [segment["channel_label"] for segment in results["audio_segments"]] == [
        "ch_0",
        "ch_1",
        "ch_0",
    ]
    assert all("channel_label" in item for item in results["items"])


@given(transcripts())
def test_all_words_and_times_are_included(said):
    results = amazon_transcribe.to_transcribe(said)["results"]
    spoken = [item for item in results["items"] if item["type"] == "pronunciation"]
    assert [
        (
            written_text.plain(item["alternatives"][0]["content"]),
            float(item["start_time"]),
            float(item["end_time"]),
            float(item["alternatives"][0]["confidence"]),
        )
        for item in spoken
    ] == [(word.word, word.start, word.end, word.confidence) for word in said.words]
    written = "".join(item["alternatives"][0]["content"] for item in results["items"])
    assert written == said.text.replace(" ", "")
    assert [i for segment in results["audio_segments"] for i in segment["items"]] == [
        item["id"] for item in results["items"]
    ]
    assert results["transcripts"] == [{"transcript": said.text}]


def test_segments_end_at_pauses_and_list_their_items():
    first, second = amazon_transcribe.to_transcribe(SAID)["results"]["audio_segments"]
    assert first == {
        "id": 0,
        "transcript": "hello world",
        "start_time": "0.0",
        "end_time": "1.1",
        "items": [0, 1],
    }
    assert (second["transcript"], second["items"]) == ("again", [2])


def test_marks_are_items_without_times_after_their_word():
    said = replace(SAID, words=(Word("hello", 0.0, 0.61, 1.0, "Hello,"), Word("o", 1.0, 1.1, 0.5)))
    results = amazon_transcribe.to_transcribe(said)["results"]
    assert [item["type"] for item in results["items"]] == [
        "pronunciation",
        "punctuation",
        "pronunciation",
    ]
    assert results["items"][0]["alternatives"] == [{"confidence": "1.0", "content": "Hello"}]
    assert results["items"][1] == {
        "id": 1,
        "type": "punctuation",
        "alternatives": [{"confidence": "0.0", "content": ","}],
    }
    assert results["audio_segments"][0]["items"] == [0, 1, 2]
    assert results["language_code"] == "en"


def test_the_job_name_is_independent_of_the_timing():
    name = amazon_transcribe.to_transcribe(SAID)["jobName"]
    slower = replace(SAID, timing=Timing(9.0, 99.0, 0.5, cold_start=True))
    assert amazon_transcribe.to_transcribe(slower)["jobName"] == name
    assert amazon_transcribe.to_transcribe(replace(SAID, duration=4.3))["jobName"] != name
    assert name.startswith("residual-bigru.small_2-")
