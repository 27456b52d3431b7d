"""Test signals, and their encoding to audio files, valid or with wrong headers."""

import struct
import zlib
from io import BytesIO
from typing import Any

import av
import numpy as np
import soundfile
from av.audio.stream import AudioStream
from numpy.typing import NDArray

Frames = NDArray[np.float32]  # shape (frames, channels), in [-1, 1]

LAYOUTS = {1: "mono", 2: "stereo", 5: "5.0", 6: "5.1", 8: "7.1", 16: "hexadecagonal"}
AAC_FRAME, AMR_FRAME, MP3_FRAME = 1024, 160, 1152  # samples


def tone(frequency: float, rate: int, seconds: float, level: float = 0.5) -> Frames:
    """A sine in one channel."""
    time = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * frequency * time)).astype(np.float32)[:, None]


def sweep(rate: int, seconds: float = 1.0, channels: int = 1, level: float = 0.5) -> Frames:
    """A sine that rises from 300 to 3,000 Hz, so that its phase gives the time; in all channels."""
    time = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * (300 * time + 2_700 / seconds * time**2 / 2)
    fade = np.minimum(1, np.minimum(time, seconds - time) / 0.02)
    mono = (level * fade * np.sin(phase)).astype(np.float32)
    return np.repeat(mono[:, None], channels, axis=1)


def sound_file(
    frames: NDArray[np.floating[Any]], rate: int, format: str = "WAV", subtype: str = ""
) -> bytes:
    """Encode with libsndfile, a second at a time, as long FLAC and Ogg files need it."""
    file = BytesIO()
    channels = frames.shape[1]
    with soundfile.SoundFile(
        file, "w", rate, channels, format=format, subtype=subtype or None
    ) as sound_file:
        for start in range(0, len(frames), rate):
            sound_file.write(frames[start : start + rate])
    return file.getvalue()


def container(
    frames: Frames,
    rate: int,
    format: str,
    codec: str,
    frame_size: int = AAC_FRAME,
    **options: str,
) -> bytes:
    """Encode and wrap with FFmpeg; `options` are the muxer's."""
    file = BytesIO()
    layout = LAYOUTS[frames.shape[1]]
    with av.open(file, "w", format=format, options=options) as output:
        stream = output.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, AudioStream)
        for start in range(0, len(frames), frame_size):
            # Interleaved, because PyAV writes beyond planar frames of eight channels.
            samples = frames[start : start + frame_size].reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(samples, format="flt", layout=layout)
            frame.sample_rate, frame.pts = rate, start
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def webm(frames: Frames, rate: int = 48_000) -> bytes:
    """Opus as recorded by MediaRecorder in Chrome and Firefox: no duration, no cues."""
    return container(frames, rate, "webm", "libopus", 960, live="1", cluster_time_limit="200")


def fragmented_mp4(frames: Frames, rate: int = 48_000) -> bytes:
    """AAC as recorded by MediaRecorder in Safari: an empty moov, then a fragment every 0.2 s."""
    flags = "empty_moov+default_base_moof"
    return container(frames, rate, "mp4", "aac", movflags=flags, frag_duration="200000")


def m4a(frames: Frames, rate: int = 44_100) -> bytes:
    """AAC as recorded by phones: the moov, which decoding needs, is at the end."""
    return container(frames, rate, "ipod", "aac")


def mp3(frames: Frames, rate: int) -> bytes:
    return container(frames, rate, "mp3", "libmp3lame", MP3_FRAME)


def video(seconds: float, audio: Frames | None, rate: int = 48_000) -> bytes:
    """An MP4 of a grey image, with a sound track if `audio` is given."""
    file = BytesIO()
    with av.open(file, "w", format="mp4") as output:
        images = output.add_stream("mpeg4", rate=10)
        images.width = images.height = 64
        images.pix_fmt = "yuv420p"
        sound = None if audio is None else output.add_stream("aac", rate=rate, layout="mono")
        for _ in range(round(seconds * 10)):
            grey = np.full((64, 64, 3), 128, np.uint8)
            output.mux(images.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        output.mux(images.encode(None))
        if sound is not None and audio is not None:
            frame = av.AudioFrame.from_ndarray(audio.reshape(1, -1), format="flt", layout="mono")
            frame.sample_rate, frame.pts = rate, 0
            output.mux(sound.encode(frame))
            output.mux(sound.encode(None))
    return file.getvalue()


def flac_with_header(flac: bytes, rate: int | None = None, frames: int | None = None) -> bytes:
    """Overwrite the sample rate or the number of frames in STREAMINFO (RFC 9639, 8.2)."""
    claims = int.from_bytes(flac[18:26], "big")  # 20 bits of rate, 3, 5, 36 of frames
    if rate is not None:
        claims = claims & ~(0xFFFFF << 44) | rate << 44
    if frames is not None:
        claims = claims & ~0xFFFFFFFFF | frames
    return flac[:18] + claims.to_bytes(8, "big") + flac[26:]


def wav_with_data_size(wav: bytes, data_bytes: int) -> bytes:
    """Overwrite the size of the data chunk."""
    size = wav.index(b"data") + 4
    return wav[:size] + struct.pack("<I", data_bytes) + wav[size + 4 :]


def png() -> bytes:
    """A grey PNG image of 64 by 64."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)
    pixels = zlib.compress(64 * (b"\0" + 64 * b"\x80"))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )
