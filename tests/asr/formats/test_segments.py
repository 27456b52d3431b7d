from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from asr.formats.segments import segments
from asr.transcript import Word


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
