from collections.abc import Callable

import pytest

from asr.audio.audio import decode
from asr.audio.block import check_supported
from asr.errors import UnsupportedAudioError
from tests.support import audio_clips
from tests.support.audio_files import MINUTE, RATE, one_second


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("rate", [8_000, 192_000])
def test_rates_and_channels_are_supported_to_both_ends_of_their_ranges(rate: int, channels: int):
    check_supported(rate, channels)


@pytest.mark.parametrize(("rate", "channels"), [(7_999, 1), (192_001, 1), (16_000, 0), (16_000, 9)])
def test_what_lies_beyond_either_end_is_refused(rate: int, channels: int):
    with pytest.raises(UnsupportedAudioError):
        check_supported(rate, channels)


def test_a_flac_of_655_350_hz_is_refused():
    clip = audio_clips.flac_with_header(one_second("flac"), rate=655_350)
    with pytest.raises(UnsupportedAudioError, match="655,350 Hz; from 8,000 to 192,000 Hz"):
        decode(clip, MINUTE)


@pytest.mark.parametrize(
    "encode",
    [
        lambda frames: audio_clips.sound_file(frames, RATE),
        lambda frames: audio_clips.container(frames, RATE, "matroska", "pcm_s16le"),
    ],
)
def test_more_than_eight_channels_are_refused(encode: Callable[[audio_clips.Frames], bytes]):
    with pytest.raises(UnsupportedAudioError, match="16 channels; from 1 to 8"):
        decode(encode(audio_clips.sweep(RATE, 0.2, channels=16)), MINUTE)
