"""Audio decoding with libsndfile, through soundfile: WAV, FLAC, Ogg, AIFF and others."""

from collections.abc import Iterator

import numpy as np
import soundfile
from numpy.typing import NDArray

from asr.audio.block import (
    BLOCK_SAMPLES,
    AudioBlock,
    UnreadableError,
    check_supported,
)
from asr.audio.byte_source import ByteSource

UNKNOWN_FRAMES = 2**62  # libsndfile's SF_COUNT_MAX is the largest 64-bit integer


class _ForwardOnly(soundfile.SoundFile):  # type: ignore[misc]  # soundfile has no types
    """A sound file that is read sequentially.

    After each read of a seekable file, soundfile seeks to the current position. At the end of a
    FLAC file without a length in its header this fails, and the last block would be lost.
    """

    def seekable(self) -> bool:
        return False


def read_blocks(source: ByteSource) -> Iterator[AudioBlock]:
    """Decode a file from its current position.

    Raises
    ------
    UnreadableError
        If libsndfile does not support the format, or cannot continue after damage.
    UnsupportedAudioError
        If the rate or the number of channels is not supported.
    """
    try:
        with _ForwardOnly(source) as sound_file:
            check_supported(sound_file.samplerate, sound_file.channels)
            yield from _read(sound_file)
    except soundfile.LibsndfileError as error:
        raise UnreadableError from error


def first_block(source: ByteSource, seconds: float) -> NDArray[np.float32]:
    """The first frames of a file, up to `seconds`; shape (frames, channels).

    Raises
    ------
    UnreadableError
        If libsndfile does not support the format.
    """
    try:
        with _ForwardOnly(source) as sound_file:
            frames = round(seconds * sound_file.samplerate)
            read = sound_file.read(frames, dtype="float32", always_2d=True)
            return np.asarray(read, np.float32)
    except soundfile.LibsndfileError as error:
        raise UnreadableError from error


def header_duration(source: ByteSource) -> float | None:
    """Duration in seconds from the header, or None; libsndfile limits it to the file size.

    Raises
    ------
    UnreadableError
        If libsndfile does not support the format.
    """
    try:
        with _ForwardOnly(source) as sound_file:
            if not 0 < sound_file.frames < UNKNOWN_FRAMES:
                return None
            return float(sound_file.frames / sound_file.samplerate)
    except soundfile.LibsndfileError as error:
        raise UnreadableError from error


def _read(sound_file: soundfile.SoundFile) -> Iterator[AudioBlock]:
    rate, channels = sound_file.samplerate, sound_file.channels
    position = 0  # frames
    while True:
        frames = sound_file.read(out=np.empty((BLOCK_SAMPLES // channels, channels), np.float32))
        if not len(frames):
            break
        position += len(frames)
        yield AudioBlock(frames, rate)
    if sound_file.frames and not position:
        raise UnreadableError
