"""Audio decoding with FFmpeg, through PyAV: MP3, Ogg, WebM, MP4 and other containers."""

from collections.abc import Iterator
from itertools import chain, groupby

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from asr.audio.block import (
    BLOCK_SAMPLES,
    AudioBlock,
    UnreadableError,
    check_supported,
)
from asr.audio.byte_source import ByteSource
from asr.audio.ffmpeg_formats import OPTIONS
from asr.audio.timeline import TOLERANCE_SECONDS
from asr.audio.tracks import choose_track
from asr.audio_warnings import WarningLog
from asr.errors import UnsupportedAudioError

# Formats without timestamps: FFmpeg makes them, and the duration, from the first bit rate.
UNTIMED = frozenset("aac ac3 act amr amrnb amrwb dts dtshd eac3 g729 loas mlp mp3 truehd".split())
# Their timestamps count from the beginning of the file. Those of other containers, such as
# recorded broadcasts, count from anywhere, and the earliest of the streams is the beginning.
ABSOLUTE_TIMES = frozenset({"matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2"})
# More packets a second are made to cost processor time; TrueHD has 1,200.
MAX_PACKETS_PER_SECOND = 2_000
MIN_PACKETS = 10_000  # before that is checked


def read_blocks(
    source: ByteSource, warnings: WarningLog, track: int | None = None, demuxer: str | None = None
) -> Iterator[AudioBlock]:
    """Decode a sound track of a file, skipping damaged packets.

    Parameters
    ----------
    source : ByteSource
    warnings : WarningLog
    track : int, optional
        Number of the sound track from 1; chosen by `tracks.choose_track` by default.
    demuxer : str, optional
        A format of FFmpeg; detected by default.

    Yields
    ------
    AudioBlock
        The first of each run of contiguous frames has a `start`, in seconds.

    Raises
    ------
    UnreadableError
        If the format is not supported, or has no audio stream, or too few packets decode.
    UnsupportedAudioError
        If the rate or the number of channels is not supported.
    """
    try:
        with av.open(source, "r", demuxer, OPTIONS, metadata_errors="replace") as container:
            audio = choose_track(container, track, warnings)
            audio.codec_context.options = OPTIONS
            frames = _decoded(container, audio, warnings)
            runs = _Runs(_origin(container))
            yield from _interleaved(frames, runs)
    except av.FFmpegError as error:
        raise UnreadableError from error


def header_duration(source: ByteSource) -> float | None:
    """Duration in seconds from the container's header, or None; browser recordings have none.

    Raises
    ------
    UnreadableError
        If the format is not supported.
    """
    try:
        with av.open(source, "r", options=OPTIONS, metadata_errors="replace") as container:
            if container.duration is None or container.format.name in UNTIMED:
                return None
            return float(container.duration / av.time_base)
    except av.FFmpegError as error:
        raise UnreadableError from error


def _origin(container: InputContainer) -> float | None:
    """The timestamp, in seconds, at which a player shows 0; None if there are none to obey."""
    if container.format.name in UNTIMED:
        return None
    earliest = (container.start_time or 0) / av.time_base
    return min(earliest, 0.0) if container.format.name in ABSOLUTE_TIMES else earliest


def _decoded(
    container: InputContainer, audio: AudioStream, warnings: WarningLog
) -> Iterator[av.AudioFrame]:
    """Decode all packets, skipping those that fail.

    In noise that resembles AAC, about one packet in 140 decodes by chance; so unless more packets
    decode than fail, UnreadableError is raised, and frames not yet in a block are discarded.
    """
    decoded = failed = packets = 0
    seconds = 0.0
    for packet in _packets(container, audio):
        packets += 1
        try:
            frames = packet.decode()
        except av.FFmpegError:
            failed += 1
        else:
            decoded += len(frames)
            seconds += sum(frame.samples / frame.sample_rate for frame in frames)
            yield from frames
        if packets > MIN_PACKETS and packets > MAX_PACKETS_PER_SECOND * max(seconds, 1.0):
            raise UnsupportedAudioError(
                f"The audio has {packets:,} packets in {seconds:.1f} s; up to "
                f"{MAX_PACKETS_PER_SECOND:,} per second are supported."
            )
    if failed >= decoded and (failed or audio.duration):
        raise UnreadableError
    if failed:
        warnings.add("damaged", f"{failed:,} of {packets:,} packets could not be decoded.")


def _packets(container: InputContainer, audio: AudioStream) -> Iterator["Packet[AudioStream]"]:
    """The packets of one stream; the last, empty one flushes the decoder."""
    try:
        yield from container.demux(audio)
    except IndexError:  # PyAV 18, at the end of an Ogg file with a stream that starts late
        return


def _interleaved(frames: Iterator[av.AudioFrame], runs: "_Runs") -> Iterator[AudioBlock]:
    """Convert frames of any sample format, rate and layout to larger blocks of float32.

    FFmpeg interleaves them: PyAV reads beyond the end of planar frames of eight channels.
    """
    previous = 0
    for (number, rate, channels, *_), run in groupby(frames, key=runs.key):
        check_supported(rate, channels)
        packer = av.AudioResampler(format="flt", frame_size=BLOCK_SAMPLES // channels)
        start = runs.start if number != previous else None
        previous = number
        for frame in chain(run, [None]):
            for packed in packer.resample(frame):
                samples = np.asarray(packed.to_ndarray(), np.float32)
                yield AudioBlock(samples.reshape(-1, channels), rate, start)
                start = None


class _Runs:
    """Numbers runs of frames that follow one another without a gap."""

    def __init__(self, origin: float | None) -> None:
        self.start: float | None = None  # of the current run, in seconds; None: as the one before
        self._origin = origin
        self._run = 0
        self._expected: float | None = None

    def key(self, frame: av.AudioFrame) -> tuple[int, int, int, str, str]:
        """Key of the run and of the sample format of a frame, to be called on each in order."""
        kind = (frame.sample_rate, frame.layout.nb_channels, frame.layout.name, frame.format.name)
        if frame.time is None or self._origin is None:
            return self._run, *kind
        time = frame.time - self._origin
        if self._expected is None or abs(time - self._expected) > TOLERANCE_SECONDS:
            self._run += 1
            self.start = self._expected = time
        self._expected += frame.samples / frame.sample_rate
        return self._run, *kind
