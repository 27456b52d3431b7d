"""Simulated transmission channels: telephone, band limit, equaliser and lossy codecs.

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
from asr.types import Samples
from training.augment.fft import fast_length
from training.pcm import to_int16

TELEPHONE_HERTZ = (300.0, 3400.0)  # pass band; attenuation grows over TRANSITION_HERTZ beyond it
TRANSITION_HERTZ = 150.0
EQUALISER_HERTZ = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)  # octave bands
MU = 255.0  # of the mu-law of North American and Japanese telephony (ITU-T G.711)
QUANTISATION_LEVELS = 127  # of either sign, in 8 bits
CODEC_BUDGET = audio.Budget(max_seconds=120.0)


def telephone(samples: Samples) -> Samples:
    """Telephone channel of 300 to 3,400 Hz, at 8 kHz in 8-bit mu-law; samples (samples,)."""
    padded = fast_length(len(samples))
    quarter = padded // 4 + 1  # bins up to 4 kHz
    spectrum = np.fft.rfft(samples, padded)[:quarter]
    low, high = TELEPHONE_HERTZ
    hertz = np.arange(quarter) * (SAMPLE_RATE / padded)
    spectrum *= _transition(hertz, low - TRANSITION_HERTZ)
    spectrum *= 1 - _transition(hertz, high)
    narrow = np.clip(np.fft.irfft(spectrum, padded // 2) / 2, -1, 1)
    coded = np.round(np.log1p(MU * np.abs(narrow)) * (QUANTISATION_LEVELS / np.log1p(MU)))
    decoded = np.sign(narrow) * np.expm1(coded * (np.log1p(MU) / QUANTISATION_LEVELS)) / MU
    wide = np.fft.irfft(np.fft.rfft(decoded, padded // 2)[: quarter - 1], padded) * 2
    return wide[: len(samples)].astype(np.float32)


def low_pass(samples: Samples, cutoff_hertz: float) -> Samples:
    """Remove frequencies above `cutoff_hertz`, like a lower sampling rate; samples (samples,)."""
    padded = fast_length(len(samples))
    spectrum = np.fft.rfft(samples, padded)
    hertz = np.arange(len(spectrum)) * (SAMPLE_RATE / padded)
    spectrum *= 1 - _transition(hertz, cutoff_hertz)
    return np.fft.irfft(spectrum, padded)[: len(samples)].astype(np.float32)


def equalise(samples: Samples, gains_db: NDArray[np.float64]) -> Samples:
    """Apply `gains_db` (7,) at `EQUALISER_HERTZ`, interpolated between; samples (samples,)."""
    padded = fast_length(len(samples))
    hertz = np.maximum(np.arange(padded // 2 + 1) * (SAMPLE_RATE / padded), 1.0)
    gains = np.interp(np.log2(hertz), np.log2(EQUALISER_HERTZ), gains_db)
    spectrum = np.fft.rfft(samples, padded) * 10 ** (gains / 20)
    return np.fft.irfft(spectrum, padded)[: len(samples)].astype(np.float32)


def _transition(hertz: NDArray[np.floating[Any]], start: float) -> NDArray[np.float32]:
    """Raised-cosine step from 0 at `start` to 1 at `start` + TRANSITION_HERTZ."""
    part = np.clip((hertz - start) / TRANSITION_HERTZ, 0, 1)
    return (0.5 - 0.5 * np.cos(np.pi * part)).astype(np.float32)


@dataclass(frozen=True)
class Codec:
    """A lossy codec: its FFmpeg container and encoder, sampling rate and bit rates."""

    container: str
    encoder: str
    rate: int  # Hz
    bits_per_second: tuple[int, ...]
    options: dict[str, str]


# The bit rates range from audible damage to transparent speech; the options choose speed.
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


def encode_decode(samples: Samples, codec: Codec, bits_per_second: int) -> Samples:
    """Encode a waveform (samples,), and decode it as the recogniser does; never longer."""
    pcm = samples
    if codec.rate != SAMPLE_RATE:
        pcm = soxr.resample(samples, SAMPLE_RATE, codec.rate, quality="MQ")
    coded = to_int16(np.clip(pcm, -1, 1))
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
    return audio.decode(file.getvalue(), CODEC_BUDGET).samples[: len(samples)]
