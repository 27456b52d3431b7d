"""What lies between a microphone and a recogniser: telephones, narrow bands, lossy codecs.

Measured on one core, in ms a second of audio: telephone 0.9, band limit 0.5, Opus 2.7 to 4.2, MP3
3.9 to 4.3, AMR 4.4 to 4.9 (decoding included).
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import av
import numpy as np
import soxr
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from asr.audio import audio
from asr.audio.audio import SAMPLE_RATE
from training.augment.fft import fast_length

Samples = NDArray[np.float32]

TELEPHONE_HERTZ = (300.0, 3400.0)  # passed; what is beyond falls off over EDGE_HERTZ
EDGE_HERTZ = 150.0
OCTAVES = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)  # Hz, where a gain is drawn
MU = 255.0  # of North American and Japanese telephones (ITU-T G.711)
LEVELS = 127  # of either sign, in 8 bits
MAX_CODED = audio.Budget(max_seconds=120.0)


def telephone(samples: Samples) -> Samples:
    """Samples (samples,) through a line of 300 to 3,400 Hz, at 8 kHz in 8 bits by the mu-law."""
    padded = fast_length(len(samples))
    quarter = padded // 4 + 1  # bins up to 4 kHz
    spectrum = np.fft.rfft(samples, padded)[:quarter]
    low, high = TELEPHONE_HERTZ
    hertz = np.arange(quarter) * (SAMPLE_RATE / padded)
    spectrum *= _edge(hertz, low - EDGE_HERTZ)
    spectrum *= 1 - _edge(hertz, high)
    narrow = np.clip(np.fft.irfft(spectrum, padded // 2) / 2, -1, 1)
    coded = np.round(np.log1p(MU * np.abs(narrow)) * (LEVELS / np.log1p(MU)))
    decoded = np.sign(narrow) * np.expm1(coded * (np.log1p(MU) / LEVELS)) / MU
    wide = np.fft.irfft(np.fft.rfft(decoded, padded // 2)[: quarter - 1], padded) * 2
    return wide[: len(samples)].astype(np.float32)


def band_limit(samples: Samples, highest: float) -> Samples:
    """Samples (samples,) without what is above `highest` Hz, as from a lower sampling rate."""
    padded = fast_length(len(samples))
    spectrum = np.fft.rfft(samples, padded)
    hertz = np.arange(len(spectrum)) * (SAMPLE_RATE / padded)
    spectrum *= 1 - _edge(hertz, highest)
    return np.fft.irfft(spectrum, padded)[: len(samples)].astype(np.float32)


def equalise(samples: Samples, gains_db: NDArray[np.float64]) -> Samples:
    """Samples (samples,) with `gains_db` (7,) at `OCTAVES`, and what lies between in between."""
    padded = fast_length(len(samples))
    hertz = np.maximum(np.arange(padded // 2 + 1) * (SAMPLE_RATE / padded), 1.0)
    gains = np.interp(np.log2(hertz), np.log2(OCTAVES), gains_db)
    spectrum = np.fft.rfft(samples, padded) * 10 ** (gains / 20)
    return np.fft.irfft(spectrum, padded)[: len(samples)].astype(np.float32)


def _edge(hertz: NDArray[np.floating[Any]], start: float) -> NDArray[np.float32]:
    """0 below `start`, 1 from EDGE_HERTZ above it, half a cosine in between."""
    part = np.clip((hertz - start) / EDGE_HERTZ, 0, 1)
    return (0.5 - 0.5 * np.cos(np.pi * part)).astype(np.float32)


@dataclass(frozen=True)
class Codec:
    """A lossy codec: its container and encoder in FFmpeg, the rate it codes at, its bit rates."""

    container: str
    encoder: str
    rate: int  # Hz
    bits_per_second: tuple[int, ...]
    options: dict[str, str]


# The bit rates are from where speech is damaged to where it is not; the options choose speed.
CODECS = {
    "opus": Codec(
        "ogg",
        "libopus",
        16_000,
        (6_000, 8_000, 12_000, 16_000, 24_000),
        {"application": "voip", "compression_level": "1"},
    ),
    "mp3": Codec(
        "mp3", "libmp3lame", 16_000, (8_000, 16_000, 24_000, 32_000), {"compression_level": "9"}
    ),
    "amr": Codec("amr", "libopencore_amrnb", 8_000, (4_750, 5_900, 7_400, 12_200), {}),
}


def recode(samples: Samples, codec: Codec, bits_per_second: int) -> Samples:
    """Samples (samples,) encoded, and decoded as the recogniser does it: at most as many."""
    pcm = samples
    if codec.rate != SAMPLE_RATE:
        pcm = soxr.resample(samples, SAMPLE_RATE, codec.rate, quality="MQ")
    coded = np.round(np.clip(pcm, -1, 1) * 32767).astype(np.int16)
    file = BytesIO()
    with av.open(file, "w", format=codec.container) as container:
        stream = container.add_stream(
            codec.encoder, rate=codec.rate, layout="mono", options=codec.options
        )
        assert isinstance(stream, AudioStream)
        stream.bit_rate = bits_per_second
        frame = av.AudioFrame.from_ndarray(coded[None], format="s16", layout="mono")
        frame.sample_rate = codec.rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return audio.decode(file.getvalue(), MAX_CODED).samples[: len(samples)]
