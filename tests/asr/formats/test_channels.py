"""Transcripts of separate channels in the formats with a speaker."""

import json

from asr.formats import openai, registry
from asr.transcript import ModelIdentity, Timing, Transcript, Word

CALL = Transcript(
    (
        Word("good", 0.0, 0.4, 0.9, "Good", channel="left"),
        Word("morning", 0.5, 0.9, 0.9, "morning.", channel="left"),
        Word("yes", 0.6, 0.8, 0.9, channel="right"),
        Word("bye", 2.5, 2.9, 0.9, channel="left"),
    ),
    4.0,
    ModelIdentity("toy", "1", "ab"),
    Timing(1.0, 2.0, 0.001, cold_start=False),
    channels=("left", "right"),
)


def test_the_text_keeps_what_one_speaker_says_together():
    assert CALL.text == "Good morning. yes bye"


def test_the_text_format_has_a_line_for_each_segment():
    assert registry.FORMATS["text"].render(CALL) == (
        "[left] Good morning.\n[right] yes\n[left] bye\n"
    )


def test_json_has_the_channels_and_that_of_each_word():
    members = registry.to_json(CALL)
    assert members["channels"] == ["left", "right"]
    assert [word["channel"] for word in members["words"]] == ["left", "left", "right", "left"]


def test_json_without_separate_channels_does_not_mention_them():
    mixed = Transcript((Word("hello", 0.0, 0.5, 0.9),), 1.0, CALL.model, CALL.timing)
    assert "channel" not in json.dumps(registry.to_json(mixed))
    assert "channel" not in json.dumps(openai.to_verbose_json(mixed))
    assert "channel" not in registry.FORMATS["transcribe"].render(mixed)


def test_subtitles_begin_with_the_channel():
    cues = [block.split("\n") for block in registry.FORMATS["srt"].render(CALL).split("\n\n")]
    assert [cue[2] for cue in cues] == ["[left] Good morning.", "[right] yes", "[left] bye"]
    assert "[right] yes" in registry.FORMATS["vtt"].render(CALL)


def test_long_subtitles_with_a_channel_stay_within_two_lines():
    words = tuple(
        Word("abcdefgh", k * 0.4, k * 0.4 + 0.3, 0.9, channel="a long name of a channel")
        for k in range(60)
    )
    named = Transcript(words, 30.0, CALL.model, CALL.timing, channels=("a long name of a channel",))
    blocks = registry.FORMATS["srt"].render(named).strip().split("\n\n")
    assert all(len(block.split("\n")) <= 4 for block in blocks)
    assert sum(block.count("abcdefgh") for block in blocks) == 60


def test_verbose_json_has_the_channel_of_words_and_segments():
    members = openai.to_verbose_json(CALL)
    assert [word["channel"] for word in members["words"]] == ["left", "left", "right", "left"]
    assert [(segment["channel"], segment["text"]) for segment in members["segments"]] == [
        ("left", "Good morning."),
        ("right", "yes"),
        ("left", "bye"),
    ]
