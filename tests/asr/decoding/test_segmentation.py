import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from asr.decoding.segmentation import split_at_pauses

SILENT = (0, 1)
STEP = 1.0  # seconds to a frame: utterances of 10 to 20 frames
SPEECH, BLANK, BOUNDARY = (
    np.log([[*p]], dtype=np.float32) for p in ((0.1, 0.1, 0.8), (0.8, 0.1, 0.1), (0.1, 0.8, 0.1))
)


def spoken(kinds):
    return np.concatenate([{"s": SPEECH, "b": BLANK, "w": BOUNDARY}[kind] for kind in kinds])


def lengths(frames):
    return [len(piece) for piece in split_at_pauses([frames], SILENT, STEP)]


def test_up_to_the_longest_stays_whole():
    assert lengths(spoken("b" * 20)) == [20]


def test_more_is_cut_in_the_middle_of_its_longest_pause():
    #                         0         1         2
    #                         0123456789012345678901234
    assert lengths(spoken("sbbbbbbbssbsswbwbsssssbbbb")) == [15, 11]


def test_a_pause_that_comes_too_early_or_too_late_does_not_count():
    frames = spoken("sbbbbbssssssssssssssbbbbbb")
    frames[12, 0] = np.log(0.3)  # the least unlikely one
    assert lengths(frames) == [12, 14]


@given(st.lists(st.sampled_from("sbw"), max_size=90), st.data())
def test_frames_are_all_there_and_cut_alike_whatever_pieces_they_come_in(kinds, data):
    frames = spoken(kinds) if kinds else np.zeros((0, 3), np.float32)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(frames)), max_size=6)))
    whole = list(split_at_pauses([frames], SILENT, STEP))
    parts = list(split_at_pauses(np.split(frames, cuts), SILENT, STEP))
    assert [len(piece) for piece in parts] == [len(piece) for piece in whole]
    assert all(len(piece) <= 20 for piece in whole)
    np.testing.assert_array_equal(np.concatenate([frames[:0], *parts]), frames)
