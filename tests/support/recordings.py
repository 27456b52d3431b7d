"""The samples as files that libraries read wrong: chained, late, with gaps, of other levels."""

import struct
from io import BytesIO
from typing import Any

import av
import numpy as np
import soundfile
import soxr
from av.audio.stream import AudioStream
from av.packet import Packet
from av.stream import Disposition
from numpy.typing import NDArray

from asr.audio.audio import SAMPLE_RATE
from tests.support import audio_clips
from tests.support.random_encodings import SAMPLE, Samples, best_lag, clip

ID3 = b"ID3\x03\0\0\0\0\0\x0a" + bytes(10)

hello = clip


def seven() -> Samples:
    """The other sample, shape (samples,), at 16 kHz."""
    samples, _ = soundfile.read(SAMPLE.with_name("seven.flac"), dtype="float32")
    return np.asarray(samples, np.float32)


def frames(samples: Samples, rate: int = SAMPLE_RATE, channels: int = 1) -> audio_clips.Frames:
    """Samples of 16 kHz at another rate, in all channels; shape (frames, channels)."""
    other = soxr.resample(samples, SAMPLE_RATE, rate, quality="HQ").astype(np.float32)
    return np.repeat(other[:, None], channels, axis=1)


def encode(
    samples: Samples, format: str, subtype: str = "", rate: int = SAMPLE_RATE, channels: int = 1
) -> bytes:
    """Encode with libsndfile."""
    return audio_clips.sound_file(frames(samples, rate, channels), rate, format, subtype)


def float_wav(*channels: NDArray[np.floating]) -> bytes:
    """A WAV file of float samples at 16 kHz, with these channels."""
    stacked = np.stack(channels, axis=1).astype(np.float32)
    return audio_clips.sound_file(stacked, SAMPLE_RATE, subtype="FLOAT")


def lag_of(decoded: Samples, original: Samples) -> float:
    """Seconds after which `original` begins in decoded samples; fails unless it is there."""
    lag, correlation = best_lag(decoded, original)
    assert correlation > 0.9
    return lag / SAMPLE_RATE


def with_data_size(wav: bytes, size: int) -> bytes:
    """A WAV file of 44 bytes of header whose sizes are wrong alike."""
    riff_size = min(36 + size, 2**32 - 1)
    return wav[:4] + struct.pack("<I", riff_size) + wav[8:40] + struct.pack("<I", size) + wav[44:]


def with_times(
    samples: Samples,
    starts: list[tuple[float, float]],
    format: str,
    codec: str,
    frame: int = 960,
    video_seconds: float = 0.0,
) -> bytes:
    """Encode samples, and shift the timestamps of their packets.

    Parameters
    ----------
    samples : array, shape (samples,), at 16 kHz
    starts : list of (float, float)
        From which second of the samples, and at which second of the file; in order.
    video_seconds : float
        Duration of a video beside the sound, from 0.
    """
    file, rate = BytesIO(), 48_000
    with av.open(file, "w", format=format) as output:
        packets: list[Packet[Any]] = []
        if video_seconds:
            video = output.add_stream("mpeg2video", rate=25)
            video.width = video.height = 64
            video.pix_fmt = "yuv420p"
        sound = output.add_stream(codec, rate=rate, layout="mono")
        assert isinstance(sound, AudioStream)
        if video_seconds:
            grey = np.full((64, 64, 3), 128, np.uint8)
            for _ in range(round(video_seconds * 25)):
                packets += video.encode(av.VideoFrame.from_ndarray(grey, format="rgb24"))
            packets += video.encode(None)
        coded = list(_encoded(sound, frames(samples, rate)[:, 0], rate, frame))
        for packet in coded:
            seconds = _seconds(packet)
            first, at = max((each for each in starts if each[0] <= seconds), default=starts[0])
            _shift(packet, at - first)
        packets += coded
        for packet in sorted(packets, key=_seconds):
            output.mux(packet)
    return file.getvalue()


def _encoded(
    sound: AudioStream, samples: Samples, rate: int, size: int
) -> "list[Packet[AudioStream]]":
    packets = []
    for start in range(0, len(samples), size):
        frame = av.AudioFrame.from_ndarray(
            samples[None, start : start + size], format="flt", layout="mono"
        )
        frame.sample_rate, frame.pts = rate, start
        packets += sound.encode(frame)
    return packets + sound.encode(None)


def _seconds(packet: "Packet[Any]") -> float:
    return float((packet.dts or 0) * packet.time_base)


def _shift(packet: "Packet[AudioStream]", seconds: float) -> None:
    steps = round(seconds / float(packet.time_base))
    packet.pts = (packet.pts or 0) + steps
    packet.dts = (packet.dts or 0) + steps


def two_tracks(
    first: Samples, second: Samples, dispositions: tuple[str, str] = ("default", "default")
) -> bytes:
    """A Matroska file of two AAC tracks."""
    file, rate = BytesIO(), 48_000
    with av.open(file, "w", format="matroska") as output:
        streams = []
        for disposition in dispositions:
            stream = output.add_stream("aac", rate=rate, layout="mono")
            assert isinstance(stream, AudioStream)
            stream.disposition = Disposition[disposition]
            streams.append(stream)
        for stream, samples in zip(streams, (first, second), strict=True):
            for packet in _encoded(stream, frames(samples, rate)[:, 0], rate, 1024):
                output.mux(packet)
    return file.getvalue()
