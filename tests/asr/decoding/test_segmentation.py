import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from asr.decoding.segmentation import split_at_pauses

SILENCE = (0, 1)
STEP = 1.0  # seconds per frame: utterances of 10 to 20 frames
SPEECH, BLANK, BOUNDARY = (
    np.log([[*p]], dtype=np.float32) for p in ((0.1, 0.1, 0.8), (0.8, 0.1, 0.1), (0.1, 0.8, 0.1))
)


def frames_of(kinds):
    return np.concatenate([{"s": SPEECH, "b": BLANK, "w": BOUNDARY}[kind] for kind in kinds])


def lengths(frames):
    return [len(piece) for piece in split_at_pauses([frames], SILENCE, STEP)]


def test_a_short_utterance_stays_whole():
    assert lengths(frames_of("b" * 20)) == [20]


def test_a_long_utterance_is_split_in_the_middle_of_its_longest_pause():
    #                         0         1         2
    #                         0123456789012345678901234
    assert lengths(frames_of("sbbbbbbbssbsswbwbsssssbbbb")) == [15, 11]


def test_pauses_outside_the_allowed_range_are_ignored():
    frames = frames_of("sbbbbbssssssssssssssbbbbbb")
    frames[12, 0] = np.log(0.3)  # the most silent one
    assert lengths(frames) == [12, 14]


@given(st.lists(st.sampled_from("sbw"), max_size=90), st.data())
def test_all_frames_are_kept_and_the_split_is_independent_of_the_pieces(kinds, data):
    frames = frames_of(kinds) if kinds else np.zeros((0, 3), np.float32)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(frames)), max_size=6)))
    whole = list(split_at_pauses([frames], SILENCE, STEP))
    parts = list(split_at_pauses(np.split(frames, cuts), SILENCE, STEP))
    assert [len(piece) for piece in parts] == [len(piece) for piece in whole]
    assert all(len(piece) <= 20 for piece in whole)
    np.testing.assert_array_equal(np.concatenate([frames[:0], *parts]), frames)
