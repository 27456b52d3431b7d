import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.audio.block import AudioBlock
from asr.audio.timeline import TOLERANCE_SECONDS, Timeline
from asr.audio_warnings import WarningLog

RATE = 1_000


def block(value: float, seconds: float, start: float | None = None) -> AudioBlock:
    return AudioBlock(np.full((round(seconds * RATE), 2), value, np.float32), RATE, start)


def placed(*blocks: AudioBlock, maximum: float = 100.0) -> tuple[list[float], list[str]]:
    log = WarningLog()
    found = [each.frames for each in Timeline(maximum, log).place(blocks)]
    return np.concatenate(found)[:, 0].tolist(), [warning.code for warning in log]


def test_blocks_without_times_follow_one_another():
    assert placed(block(1, 0.5), block(2, 0.5)) == ([1.0] * 500 + [2.0] * 500, [])


def test_a_late_start_is_silence_without_a_warning():
    assert placed(block(1, 0.5, start=0.25)) == ([0.0] * 250 + [1.0] * 500, [])


def test_a_gap_is_silence_with_a_warning():
    values, codes = placed(block(1, 0.5, start=0.0), block(2, 0.5, start=1.5))
    assert (values, codes) == ([1.0] * 500 + [0.0] * 1_000 + [2.0] * 500, ["gap"])


def test_an_overlap_is_cut():
    values, codes = placed(block(1, 1.0, start=0.0), block(2, 1.0, start=0.5))
    assert (values, codes) == ([1.0] * 1_000 + [2.0] * 500, [])


def test_an_overlap_longer_than_its_block_leaves_nothing_of_it():
    assert placed(block(1, 1.0, start=0.0), block(2, 0.2, start=0.5))[0] == [1.0] * 1_000


def test_times_that_begin_anew_continue():
    values, codes = placed(block(1, 5.0, start=0.0), block(2, 1.0, start=0.0), block(3, 1.0, 1.0))
    assert (values, codes) == ([1.0] * 5_000 + [2.0] * 1_000 + [3.0] * 1_000, [])


def test_a_gap_beyond_the_maximum_is_left_out():
    values, codes = placed(
        block(1, 0.5, start=0.0), block(2, 0.5, start=95_443.0), block(3, 0.5, start=95_444.0)
    )
    assert values == [1.0] * 500 + [2.0] * 500 + [0.0] * 500 + [3.0] * 500
    assert codes == ["gap"]


def test_parts_follow_one_another_with_times_of_their_own():
    timeline = Timeline(100.0, WarningLog())
    parts = [[block(1, 1.0, start=0.0)], [block(2, 1.0, start=0.0)], [block(3, 1.0)]]
    values = [each.frames[0, 0] for part in parts for each in timeline.place(part)]
    assert values == [1, 2, 3]
    assert timeline.position == pytest.approx(3)


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0.01, 2)), min_size=1, max_size=10))
def test_the_last_block_ends_when_its_time_says(gaps: list[tuple[float, float]]):
    timeline = Timeline(1_000.0, WarningLog())
    blocks, end = [], 0.0
    for gap, seconds in gaps:
        blocks.append(block(1, seconds, end + gap))
        end += gap + seconds
    frames = sum(len(each.frames) for each in timeline.place(blocks))
    assert timeline.position == pytest.approx(frames / RATE, abs=1e-6)
    assert timeline.position == pytest.approx(end, abs=TOLERANCE_SECONDS + 0.01 * len(gaps))
