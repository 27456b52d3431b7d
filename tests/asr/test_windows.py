import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.windows import WindowLayout, split, stitch

layouts = st.builds(
    lambda frame, margin, more: WindowLayout(frame, 2 * margin + more, 2 * margin),
    st.integers(1, 5),
    st.integers(0, 6),
    st.integers(1, 20),
)


def cut(samples, sizes):
    """Split samples into blocks of the given sizes, the rest at the end."""
    blocks, start = [], 0
    for size in sizes:
        blocks.append(samples[start : start + size])
        start += size
    return [*blocks, samples[start:]]


@given(layouts, st.integers(1, 900), st.lists(st.integers(0, 200), max_size=8))
def test_stitched_windows_give_each_frame_once_and_in_order(layout, length, sizes):
    samples = np.arange(length, dtype=np.float32)
    outputs = [
        (window, window.samples[:: layout.frame, None])  # a network without context
        for window in split(cut(samples, sizes), layout)
    ]
    frames = np.concatenate(list(stitch(outputs)))
    assert np.array_equal(frames[:, 0], samples[:: layout.frame])


@given(layouts, st.integers(1, 900), st.lists(st.integers(0, 200), max_size=8))
def test_windows_are_independent_of_the_block_sizes(layout, length, sizes):
    samples = np.arange(length, dtype=np.float32)
    whole, pieces = split([samples], layout), split(cut(samples, sizes), layout)
    for one, other in zip(whole, pieces, strict=True):
        assert np.array_equal(one.samples, other.samples)
        assert (one.first, one.end) == (other.first, other.end)


@given(layouts, st.integers(1, 900))
def test_a_kept_frame_has_half_the_overlap_on_either_side(layout, length):
    cutting = list(split([np.zeros(length, np.float32)], layout))
    margin = layout.overlap // 2
    for window in cutting[1:]:
        assert window.first == margin
    for window in cutting[:-1]:
        assert window.end == layout.window - margin
        assert len(window.samples) == layout.window * layout.frame


def test_audio_of_one_window_stays_whole():
    layout = WindowLayout(frame=2, window=10, overlap=4)
    (window,) = split([np.zeros(20, np.float32)], layout)
    assert (window.first, window.end, len(window.samples)) == (0, None, 20)


def test_no_audio_gives_no_window():
    assert list(split([], WindowLayout(2, 10, 4))) == []


@pytest.mark.parametrize(("overlap", "expected"), [(4.0, 100), (0.05, 2), (0.0, 0)])
def test_a_window_layout_has_whole_frames(overlap, expected):
    layout = WindowLayout.from_seconds(30.0, overlap, 0.04, 16_000)
    assert layout == WindowLayout(frame=640, window=750, overlap=expected)
