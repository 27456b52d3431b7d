import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.windows import WindowLayout, split, stitch

plans = st.builds(
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


@given(plans, st.integers(1, 900), st.lists(st.integers(0, 200), max_size=8))
def test_windows_stitched_give_each_frame_once_and_in_order(plan, length, sizes):
    samples = np.arange(length, dtype=np.float32)
    outputs = [
        (window, window.samples[:: plan.frame, None])  # a network that is local in time
        for window in split(cut(samples, sizes), plan)
    ]
    frames = np.concatenate(list(stitch(outputs)))
    assert np.array_equal(frames[:, 0], samples[:: plan.frame])


@given(plans, st.integers(1, 900), st.lists(st.integers(0, 200), max_size=8))
def test_windows_do_not_depend_on_how_the_audio_comes(plan, length, sizes):
    samples = np.arange(length, dtype=np.float32)
    whole, pieces = split([samples], plan), split(cut(samples, sizes), plan)
    for one, other in zip(whole, pieces, strict=True):
        assert np.array_equal(one.samples, other.samples)
        assert (one.first, one.end) == (other.first, other.end)


@given(plans, st.integers(1, 900))
def test_a_kept_frame_has_half_the_overlap_on_either_side(plan, length):
    cutting = list(split([np.zeros(length, np.float32)], plan))
    margin = plan.overlap // 2
    for window in cutting[1:]:
        assert window.first == margin
    for window in cutting[:-1]:
        assert window.end == plan.window - margin
        assert len(window.samples) == plan.window * plan.frame


def test_audio_of_one_window_stays_whole():
    plan = WindowLayout(frame=2, window=10, overlap=4)
    (window,) = split([np.zeros(20, np.float32)], plan)
    assert (window.first, window.end, len(window.samples)) == (0, None, 20)


def test_no_audio_gives_no_window():
    assert list(split([], WindowLayout(2, 10, 4))) == []


@pytest.mark.parametrize(("overlap", "expected"), [(4.0, 100), (0.05, 2), (0.0, 0)])
def test_a_plan_falls_on_whole_frames(overlap, expected):
    plan = WindowLayout.from_seconds(30.0, overlap, 0.04, 16_000)
    assert plan == WindowLayout(frame=640, window=750, overlap=expected)
