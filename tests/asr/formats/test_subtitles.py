"""Subtitles, as parsers that are not ours read them: srt, and webvtt-py."""

import html
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest
import srt
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from asr.formats import subtitles
from asr.formats.subtitles import Cue, TimedWord

LETTERS = "abcdefghijklmnopqrstuvwxyz'é-&"


@dataclass(frozen=True)
class Shown:
    """A cue as a player would show it, in milliseconds."""

    lines: list[str]
    start: int
    end: int


def read_srt(text: str) -> list[Shown]:
    blocks = list(srt.parse(text))
    assert [block.index for block in blocks] == list(range(1, len(blocks) + 1))
    return [
        Shown(
            block.content.split("\n"),
            round(block.start.total_seconds() * 1000),
            round(block.end.total_seconds() * 1000),
        )
        for block in blocks
    ]


def read_vtt(text: str) -> list[Shown]:
    return [
        Shown(
            [html.unescape(line) for line in caption.lines],
            caption.start_time.in_milliseconds(),
            caption.end_time.in_milliseconds(),
        )
        for caption in webvtt.from_string(text).captions
    ]


Trip = Callable[[list[TimedWord], float], list[Shown]]
TRIPS = {
    "srt": lambda words, end: read_srt(subtitles.to_srt(subtitles.make_cues(words, end))),
    "vtt": lambda words, end: read_vtt(subtitles.to_vtt(subtitles.make_cues(words, end))),
}


@st.composite
def spoken(draw, longest=subtitles.LINE_CHARACTERS):
    """Words with times in order, as a transcript has them."""
    words, clock = [], 0.0
    for text in draw(st.lists(st.text(LETTERS, min_size=1, max_size=longest), max_size=40)):
        clock += draw(st.floats(0, 3))
        end = clock + draw(st.floats(0.02, 9))
        words.append((text, round(clock, 3), round(end, 3)))
        clock = end
    return words


def talk(seed: int, minutes: int) -> list[TimedWord]:
    """A long recording: words of all lengths, spoken fast or slowly, between pauses."""
    chance = random.Random(seed)
    haste = chance.uniform(0.3, 3)
    words, clock = [], chance.uniform(0, 20)
    while clock < minutes * 60:
        text = "".join(chance.choices(LETTERS, k=min(1 + int(chance.expovariate(0.2)), 42)))
        end = clock + haste * chance.choice([0.02, 0.1, 0.3, 0.5, 5])
        words.append((text, round(clock, 3), round(end, 3)))
        clock = end + chance.choice([0, 0, 0.02, 0.1, 0.4, 0.799, 0.8, 0.801, 2, 20])
    return words


talks = st.builds(talk, st.integers(0), st.integers(10, 60))


@pytest.mark.parametrize("form", TRIPS)
@given(spoken() | talks)
def test_parsed_subtitles_have_all_words_in_readable_cues(form, words):
    end = words[-1][2] if words else 1.0
    shown = TRIPS[form](words, end)
    for cue in shown:
        assert 1 <= len(cue.lines) <= 2
        assert all(0 < len(line) <= 42 for line in cue.lines)
        assert 0 < cue.end - cue.start <= 7_000
        assert cue.end <= round(end * 1000)
    for cue, following in pairwise(shown):
        assert cue.end <= following.start
    said = " ".join(text for text, _, _ in words)
    assert " ".join(line for cue in shown for line in cue.lines) == said


@given(spoken() | talks)
def test_cues_end_only_at_pauses_or_when_full(words):
    left = iter(words)
    cues = [[next(left) for _ in cue.text.split()] for cue in subtitles.make_cues(words)]
    assert next(left, None) is None
    for cue in cues:
        assert all(b[1] - a[2] < 0.8 for a, b in pairwise(cue))
    for cue, (following, *_) in pairwise(cues):
        pause = following[1] - min(cue[-1][2], cue[-1][1] + 7)
        characters = sum(len(text) + 1 for text, _, _ in cue)
        # A line may have to break before its 42nd character, by up to the word that follows it.
        longest = max(len(text) for text, _, _ in [*cue, following])
        full = characters + len(following[0]) > 84 - longest
        assert pause >= 0.8 or following[2] - cue[0][1] > 7 or full


@given(spoken(longest=200))
def test_a_word_longer_than_a_line_is_split(words):
    shown = read_srt(subtitles.to_srt(subtitles.make_cues(words)))
    assert all(len(line) <= 42 for cue in shown for line in cue.lines)
    joined = "".join(line for cue in shown for line in cue.lines)
    assert joined.replace(" ", "") == "".join(text for text, _, _ in words)


def test_a_pause_ends_a_cue():
    words = [("one", 0.0, 0.5), ("two", 0.6, 1.0), ("three", 2.0, 2.5)]
    assert [cue.text for cue in subtitles.make_cues(words)] == ["one two", "three"]


def test_a_short_cue_is_extended_to_the_next():
    words = [("hi", 1.0, 1.2), ("there", 2.1, 2.3)]
    assert subtitles.make_cues(words) == [Cue("hi", 1.0, 2.0), Cue("there", 2.1, 3.1)]


def test_no_cue_ends_after_the_audio():
    assert subtitles.make_cues([("hi", 0.3, 0.5)], duration=0.8) == [Cue("hi", 0.3, 0.8)]


def test_srt_has_numbered_cues_and_commas():
    assert subtitles.to_srt([Cue("a", 0.0, 1.5), Cue("b", 3661.25, 3662.0)]) == (
        "1\n00:00:00,000 --> 00:00:01,500\na\n\n2\n01:01:01,250 --> 01:01:02,000\nb\n"
    )


def test_vtt_has_a_header_and_escapes():
    assert subtitles.to_vtt([Cue("a < b & c", 0.0, 1.5)]) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\na &lt; b &amp; c\n"
    )


def test_an_empty_transcript_gives_an_empty_file():
    assert subtitles.to_srt([]) == ""
    assert subtitles.to_vtt([]) == "WEBVTT\n"


def test_a_cue_that_fills_a_line_ends_with_its_sentence():
    words = ["Someone"] * 6 + ["came.", "He", "left.", "Nobody", "saw."]
    timed = [(word, i * 0.3, i * 0.3 + 0.2) for i, word in enumerate(words)]
    assert [cue.text for cue in subtitles.make_cues(timed)] == [
        "Someone Someone Someone Someone Someone Someone came.",
        "He left. Nobody saw.",
    ]
