import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.errors import MalformedRequestError
from asr.formats import registry
from asr.transcript import ModelIdentity, Timing, Transcript, Word, segments

HELLO = Transcript(
    words=(
        Word("hello", 0.32, 0.61, 0.9, "Hello,"),
        Word("world", 0.7, 1.1, 0.8, "world."),
    ),
    duration=1.62,
    model=ModelIdentity("m", "1", "ab"),
    timing=Timing(3.1, 41.0, 0.027, cold_start=False),
)
HELLO_WORD = {"word": "hello", "start": 0.32, "end": 0.61, "confidence": 0.9}
SILENCE = Transcript((), 1.0, HELLO.model, HELLO.timing)


def test_json_has_its_members():
    assert registry.to_json(HELLO) == {
        "transcript": "Hello, world.",
        "confidence": 0.85,
        "duration": 1.62,
        "language": "en",
        "words": [
            HELLO_WORD | {"punctuated_word": "Hello,"},
            {
                "word": "world",
                "start": 0.7,
                "end": 1.1,
                "confidence": 0.8,
                "punctuated_word": "world.",
            },
        ],
        "warnings": [],
        "model": {"name": "m", "version": "1", "sha256": "ab", "decoder": "greedy"},
        "timing": {
            "decode_ms": 3.1,
            "inference_ms": 41.0,
            "real_time_factor": 0.027,
            "cold_start": False,
        },
    }


def test_json_without_timestamps_has_no_words():
    assert "words" not in registry.to_json(HELLO, timestamps=False)


def test_the_plain_transcript_has_plain_words_in_every_format():
    plain = HELLO.plain()
    assert plain.text == "hello world"
    assert registry.to_json(plain)["words"][0] == HELLO_WORD | {"punctuated_word": "hello"}
    assert "Hello" not in "".join(registry.FORMATS[name].render(plain) for name in registry.FORMATS)
    assert plain.plain() == plain
    assert [(w.word, w.start, w.end) for w in plain.words] == [
        (w.word, w.start, w.end) for w in HELLO.words
    ]


def test_a_word_is_written_as_its_plain_form_by_default():
    assert Word("hello", 0.0, 1.0, 0.5).punctuated_word == "hello"


def test_silence_has_no_confidence():
    assert SILENCE.confidence is None
    assert SILENCE.text == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("text", "Hello, world.\n"),
        ("srt", "1\n00:00:00,320 --> 00:00:01,320\nHello, world.\n"),
        ("vtt", "WEBVTT\n\n00:00:00.320 --> 00:00:01.320\nHello, world.\n"),
    ],
)
def test_each_text_format(name, expected):
    assert registry.get_format(name).render(HELLO) == expected


@pytest.mark.parametrize("name", registry.FORMATS)
@pytest.mark.parametrize("transcript", [HELLO, SILENCE])
def test_every_format_renders_and_json_formats_have_members(name, transcript):
    output_format = registry.get_format(name)
    written = output_format.render(transcript)
    assert (
        (output_format.members is not None)
        == (output_format.media_type == "application/json")
        == written.startswith("{")
    )
    if output_format.members:
        assert json.loads(written) == output_format.members(transcript)
    assert ("Hello, world." in written) == (transcript is HELLO)


def test_formats_have_unique_suffixes():
    suffixes = [output_format.suffix for output_format in registry.FORMATS.values()]
    assert len(set(suffixes)) == len(suffixes)
    assert all(suffix.startswith(".") for suffix in suffixes)


def test_an_unknown_format_is_rejected_with_the_known_ones():
    with pytest.raises(MalformedRequestError, match="format is 'doc', expected one of json, text"):
        registry.get_format("doc")


@st.composite
def words(draw):
    spoken, clock = [], 0.0
    for silence, lasts in draw(st.lists(st.tuples(st.floats(0, 2), st.floats(0.02, 40)))):
        start = clock + silence
        clock = start + lasts
        spoken.append(Word("word", start, clock, 0.5))
    return tuple(spoken)


@given(words())
def test_every_word_is_in_one_segment(spoken):
    found = list(segments(spoken))
    assert tuple(word for segment in found for word in segment) == spoken
    assert all(found)


@given(words())
def test_a_segment_has_no_pause_and_a_limited_duration(spoken):
    for segment in segments(spoken):
        assert all(b.start - a.end < 0.8 for a, b in pairwise(segment))
        assert len(segment) == 1 or segment[-1].end - segment[0].start <= 30


@given(words())
def test_segments_end_only_at_pauses_and_at_the_maximum_duration(spoken):
    for segment, (following, *_) in pairwise(segments(spoken)):
        pause = following.start - segment[-1].end >= 0.8
        assert pause or following.end - segment[0].start > 30


@given(words(), st.lists(st.sampled_from("ab")))
def test_a_segment_has_words_of_one_channel(spoken, channels):
    named = tuple(
        replace(word, channel=channels[index % len(channels)] if channels else None)
        for index, word in enumerate(spoken)
    )
    found = segments(named)
    assert sorted((w.start, w.channel or "") for segment in found for w in segment) == [
        (word.start, word.channel or "") for word in named
    ]
    assert all(len({word.channel for word in segment}) == 1 for segment in found)
    assert all(a[0].start <= b[0].start for a, b in pairwise(found))
