"""Reads sound files with libsndfile, through soundfile."""

from collections.abc import Iterator

import numpy as np
import soundfile

from asr.audio.block import (
    BLOCK_SAMPLES,
    Block,
    UnreadableError,
    check_supported,
)
from asr.audio.byte_source import Contents

UNKNOWN_FRAMES = 2**62  # libsndfile's SF_COUNT_MAX is the largest 64-bit integer


class _ForwardOnly(soundfile.SoundFile):  # type: ignore[misc]  # soundfile has no types
    """A sound file that is read in one go.

    In one that says it can seek, soundfile seeks to where it is after every read. At the end of a
    FLAC file whose header leaves out the length that fails, and the last block is lost.
    """

    def seekable(self) -> bool:
        return False


def blocks(contents: Contents) -> Iterator[Block]:
    """Decode a file that starts where it stands.

    Raises
    ------
    UnreadableError
        If libsndfile does not know the format, or at the first damage that it does not get over.
    UnsupportedAudioError
        If the rate or the number of channels is not supported.
    """
    try:
        with _ForwardOnly(contents) as sound_file:
            check_supported(sound_file.samplerate, sound_file.channels)
            yield from _read(sound_file)
    except soundfile.LibsndfileError as error:
        raise UnreadableError from error


def announced_seconds(contents: Contents) -> float | None:
    """How long the file is by its header, cut to what the file can hold where libsndfile can tell.

    Raises
    ------
    UnreadableError
        If libsndfile does not know the format.
    """
    try:
        with _ForwardOnly(contents) as sound_file:
            if not 0 < sound_file.frames < UNKNOWN_FRAMES:
                return None
            return float(sound_file.frames / sound_file.samplerate)
    except soundfile.LibsndfileError as error:
        raise UnreadableError from error


def _read(sound_file: soundfile.SoundFile) -> Iterator[Block]:
    rate, channels = sound_file.samplerate, sound_file.channels
    position = 0  # frames
    while True:
        frames = sound_file.read(out=np.empty((BLOCK_SAMPLES // channels, channels), np.float32))
        if not len(frames):
            break
        position += len(frames)
        yield Block(frames, rate)
    if sound_file.frames and not position:
        raise UnreadableError
