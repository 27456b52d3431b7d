from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from asr import subtitles
from asr.subtitles import Cue


@st.composite
def spoken(draw):
    """Words with times in order, as a transcript has them."""
    words, clock = [], 0.0
    for text in draw(st.lists(st.text("abcdefghij'", min_size=1, max_size=60), max_size=40)):
        clock += draw(st.floats(0, 3))
        end = clock + draw(st.floats(0.02, 2))
        words.append((text, round(clock, 3), round(end, 3)))
        clock = end
    return words


@given(spoken())
def test_cues_can_be_read(words):
    for cue in subtitles.cues(words):
        lines = subtitles._wrap(cue.text).split("\n")
        assert len(lines) <= subtitles.CUE_LINES
        assert all(0 < len(line) <= subtitles.LINE_CHARACTERS for line in lines)
        assert cue.end - cue.start <= subtitles.CUE_MAX_SECONDS + 1e-3


@given(spoken())
def test_cues_never_overlap(words):
    shown = subtitles.cues(words)
    for cue, following in pairwise(shown):
        assert cue.start <= cue.end <= following.start + 1e-3


@given(spoken())
def test_cues_lose_no_character(words):
    shown = "".join(cue.text for cue in subtitles.cues(words)).replace(" ", "")
    assert shown == "".join(text for text, _, _ in words)


def test_a_pause_ends_a_cue():
    words = [("one", 0.0, 0.5), ("two", 0.6, 1.0), ("three", 2.0, 2.5)]
    assert [cue.text for cue in subtitles.cues(words)] == ["one two", "three"]


def test_a_short_cue_lingers_until_the_next():
    words = [("hi", 1.0, 1.2), ("there", 2.1, 2.3)]
    assert subtitles.cues(words) == [Cue("hi", 1.0, 2.0), Cue("there", 2.1, 3.1)]


def test_no_cue_outlasts_the_audio():
    assert subtitles.cues([("hi", 0.3, 0.5)], duration=0.8) == [Cue("hi", 0.3, 0.8)]


def test_srt_is_numbered_with_commas():
    assert subtitles.to_srt([Cue("a", 0.0, 1.5), Cue("b", 3661.25, 3662.0)]) == (
        "1\n00:00:00,000 --> 00:00:01,500\na\n\n2\n01:01:01,250 --> 01:01:02,000\nb\n"
    )


def test_vtt_has_its_header_and_escapes():
    assert subtitles.to_vtt([Cue("a < b & c", 0.0, 1.5)]) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\na &lt; b &amp; c\n"
    )


def test_nothing_said_is_an_empty_file():
    assert subtitles.to_srt([]) == ""
    assert subtitles.to_vtt([]) == "WEBVTT\n"
