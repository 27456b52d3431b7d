"""Random encodings of one clip: container, codec, rate, channels and gain, by FFmpeg.

Also a command, for more draws than the tests take: `python -m tests.support.random_encodings 1000`.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from asr.audio.audio import SAMPLE_RATE, decode
from asr.errors import AsrError
from tests.support import audio_clips

Samples = NDArray[np.float32]
SAMPLE = Path(__file__).parents[2] / "samples" / "hello.flac"
MIN_CORRELATION = 0.95
# Gains in dB; an integer format gets no more than its full scale.
GAINS = (-60.0, -40.0, -20.0, 0.0, 6.0, 18.0)
PCM_RATES = (8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000)
MPEG_RATES = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


@dataclass(frozen=True)
class Encoding:
    """A codec in a container.

    Attributes
    ----------
    container, codec : str
        Names of FFmpeg.
    rates, channels : tuple of int
    frame : int
        Samples per frame that the encoder takes; 0 for any.
    delay : int
        Samples that the encoder adds in front and the container does not state, at the rate.
    gains : float
        The quietest in dB that the codec keeps.
    is_float : bool
        Whether samples beyond full scale survive.
    """

    container: str
    codec: str
    rates: tuple[int, ...] = PCM_RATES
    channels: tuple[int, ...] = (1, 2)
    frame: int = 1024
    delay: int = 0
    min_gain: float = -20.0
    is_float: bool = False


PCM = [
    Encoding(container, codec, channels=(1, 2, 6), min_gain=gain, is_float="f" in codec)
    for container, codec, gain in [
        ("wav", "pcm_s16le", -40),
        ("wav", "pcm_s24le", -60),
        ("wav", "pcm_s32le", -60),
        ("wav", "pcm_f32le", -60),
        ("wav", "pcm_f64le", -60),
        ("wav", "pcm_u8", 0),
        ("wav", "pcm_mulaw", -20),
        ("wav", "pcm_alaw", -20),
        ("w64", "pcm_s16le", -40),
        ("w64", "pcm_f32le", -60),
        ("aiff", "pcm_s16be", -40),
        ("au", "pcm_s16be", -40),
        ("au", "pcm_f32be", -60),
        ("caf", "pcm_s24be", -60),
        ("mov", "pcm_s16le", -40),
        ("mov", "pcm_f32le", -60),
        ("matroska", "pcm_s16le", -40),
        ("matroska", "pcm_f32le", -60),
        ("nut", "pcm_s16le", -40),
        ("avi", "pcm_s16le", -40),
    ]
]
ENCODINGS = [
    *PCM,
    Encoding("flac", "flac", channels=(1, 2, 6), min_gain=-40),
    Encoding("ogg", "flac", channels=(1, 2), min_gain=-40),
    Encoding("matroska", "flac", channels=(1, 2, 6), min_gain=-40),
    Encoding("mp4", "flac", channels=(1, 2), min_gain=-40),
    Encoding("mp4", "alac", channels=(1, 2), frame=4096, min_gain=-40),
    Encoding("caf", "alac", channels=(1, 2), frame=4096, min_gain=-40),
    Encoding("ogg", "libopus", rates=(48_000, 24_000, 16_000), frame=0, is_float=True),
    Encoding("webm", "libopus", rates=(48_000,), frame=960, is_float=True),
    Encoding("matroska", "libopus", rates=(48_000,), frame=960, is_float=True),
    Encoding("mp4", "libopus", rates=(48_000,), frame=960, is_float=True),
    Encoding("mp3", "libmp3lame", rates=MPEG_RATES, frame=0),
    Encoding("matroska", "libmp3lame", rates=MPEG_RATES, frame=0),
    Encoding("mp4", "libmp3lame", rates=MPEG_RATES, frame=0),
    Encoding("avi", "libmp3lame", rates=(44_100, 48_000), frame=1152, delay=1105),
    Encoding("flv", "libmp3lame", rates=(44_100, 22_050), frame=0, delay=1105),
    Encoding("mpegts", "libmp3lame", rates=(44_100, 48_000), frame=1152, delay=1105),
    Encoding("mpegts", "mp2", rates=(44_100, 48_000), frame=1152, delay=481),
    Encoding("mpeg", "mp2", rates=(44_100, 48_000), frame=1152, delay=481),
    Encoding("mp2", "mp2", rates=(44_100, 48_000), frame=1152, delay=481),
    Encoding("mp4", "aac", rates=(16_000, 22_050, 44_100, 48_000)),
    Encoding("ipod", "aac", rates=(16_000, 22_050, 44_100, 48_000)),
    Encoding("3gp", "aac", rates=(16_000, 44_100)),
    Encoding("mov", "aac", rates=(16_000, 44_100, 48_000)),
    Encoding("matroska", "aac", rates=(16_000, 44_100, 48_000)),
    Encoding("adts", "aac", rates=(16_000, 44_100, 48_000), delay=1024),
    Encoding("mpegts", "aac", rates=(44_100, 48_000), delay=1024),
    Encoding("flv", "aac", rates=(44_100, 48_000), delay=1024),
    Encoding(
        "ac3", "ac3", rates=(32_000, 44_100, 48_000), channels=(1, 2, 6), frame=1536, delay=256
    ),
    Encoding("eac3", "eac3", rates=(48_000,), channels=(1, 2), frame=1536, delay=256),
    Encoding("matroska", "ac3", rates=(48_000,), channels=(1, 2, 6), frame=1536),
    Encoding("mpegts", "ac3", rates=(48_000,), channels=(1, 2), frame=1536, delay=256),
    Encoding("wv", "wavpack", channels=(1, 2, 6), frame=0, min_gain=0),
    Encoding("matroska", "wavpack", channels=(1, 2), frame=0, min_gain=0),
    Encoding("tta", "tta", channels=(1, 2), frame=0, min_gain=0),
    Encoding("wav", "adpcm_ms", rates=(16_000, 44_100), frame=0, min_gain=0),
    Encoding("wav", "adpcm_ima_wav", rates=(16_000, 44_100), frame=0, min_gain=0),
    Encoding("wav", "g726", rates=(8_000,), channels=(1,), frame=0, min_gain=0),
]


def clip() -> Samples:
    """The sample, shape (samples,), at 16 kHz."""
    samples, _ = soundfile.read(SAMPLE, dtype="float32")
    return np.asarray(samples, np.float32)


def encode(encoding: Encoding, rate: int, channels: int, gain: float) -> bytes:
    """Encode the clip, in all channels."""
    mono = soxr.resample(clip(), SAMPLE_RATE, rate, quality="HQ") * 10 ** (gain / 20)
    frames = np.repeat(mono.astype(np.float32)[:, None], channels, axis=1)
    return audio_clips.container(
        frames, rate, encoding.container, encoding.codec, encoding.frame or len(frames)
    )


def correlation(decoded: Samples, delay: float) -> float:
    """Correlation of decoded samples with the clip, `delay` seconds later; no other lag counts."""
    original = clip()
    shift = round(delay * SAMPLE_RATE)
    found = decoded[shift : shift + len(original)]
    original = original[: len(found)]
    scale = np.linalg.norm(found) * np.linalg.norm(original)
    return float(found @ original / scale) if scale else 0.0


def best_lag(decoded: Samples, original: Samples) -> tuple[int, float]:
    """Lag in samples at which decoded samples correlate most with others, and how much."""
    size = 2 ** (len(decoded) + len(original)).bit_length()
    spectrum = np.fft.rfft(decoded, size) * np.conj(np.fft.rfft(original, size))
    values = np.fft.irfft(spectrum)
    lag = int(np.argmax(values))
    lag = lag if lag < len(decoded) else lag - size
    found = decoded[max(0, lag) : max(0, lag) + len(original)]
    scale = np.linalg.norm(found) * np.linalg.norm(original)
    return lag, float(values.max() / scale) if scale else 0.0


def draw(random: Random) -> tuple[Encoding, int, int, float]:
    """A random encoding, rate, number of channels and gain in dB."""
    encoding = random.choice(ENCODINGS)
    gains = [
        gain for gain in GAINS if gain >= encoding.min_gain and (gain <= 6 or encoding.is_float)
    ]
    return (
        encoding,
        random.choice(encoding.rates),
        random.choice(encoding.channels),
        random.choice(gains),
    )


def check(encoding: Encoding, rate: int, channels: int, gain: float) -> float:
    """Correlation of the clip with what is decoded of an encoding of it."""
    try:
        decoded = decode(encode(encoding, rate, channels, gain)).samples
    except AsrError:
        return 0.0
    return correlation(decoded, encoding.delay / rate)


def main(draws: int, report: Callable[[str], None] = print) -> int:
    """Check random encodings; returns the number that failed."""
    failed = 0
    for seed in range(draws):
        encoding, rate, channels, gain = draw(Random(seed))
        found = check(encoding, rate, channels, gain)
        if found <= MIN_CORRELATION:
            failed += 1
            report(
                f"seed {seed}: {encoding} {rate} Hz, {channels} channels, {gain} dB: {found:.3f}"
            )
    report(f"{failed} of {draws} failed")
    return failed


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]))))
