"""The samples of a WAV file whose sizes are stale, or larger than the file."""

import numpy as np

from asr.audio import riff, sndfile
from asr.audio.block import UnreadableError
from asr.audio.byte_source import ByteSource
from asr.audio.part import Part, read_at
from asr.audio.riff import WavPart
from asr.audio.signatures import SIGNATURES, TRAILING_TAGS
from asr.audio_warnings import WarningLog

TAIL_SECONDS = 10.0  # of what follows the samples of a WAV file, to see whether it is audio
# Correlation of neighbouring samples: above 0.8 in speech, about 0 in bytes that are no samples.
MIN_TAIL_CORRELATION = 0.5


def warn_truncated(warnings: WarningLog, declared: int, actual: int) -> None:
    """Warn that a file has fewer bytes than declared."""
    warnings.add(
        "truncated", f"The file ends after {actual:,} of the {declared:,} bytes that it declares."
    )


def with_tail(source: ByteSource, wav: WavPart, size: int, warnings: WarningLog) -> WavPart:
    """The samples of a WAV file, including those after a size that is stale."""
    end = wav.part.end
    if wav.declared_end is not None and wav.declared_end > size:
        body = wav.part.start
        warn_truncated(warnings, wav.declared_end - body, size - body)
    order = riff.FORMS[wav.part.header[:4]]
    begins_other = read_at(source, end, 12)
    padded = read_at(source, end + 1, 4)
    if (
        end >= size
        or SIGNATURES & {begins_other[:4], padded}
        or begins_other.startswith(TRAILING_TAGS)
        or any(riff.is_chunk_list(source, at, size, order) for at in (end, end + 1))
    ):
        return wav
    return riff.extended(wav, size) if _is_audio_tail(source, wav, size) else wav


def _is_audio_tail(source: ByteSource, wav: WavPart, size: int) -> bool:
    """Whether the bytes after the samples of a WAV file are samples too."""
    tail = riff.extended(WavPart(Part(wav.part.end, size, wav.part.header), None), size)
    try:
        block = sndfile.first_block(tail.part.open(source), TAIL_SECONDS)
    except UnreadableError:
        return False
    with np.errstate(all="ignore"):
        samples = block[:, 0].astype(np.float64) if len(block) else np.zeros(1)
        samples -= samples.mean()  # text has a large offset
        power = samples @ samples
        return bool(power > 0 and samples[1:] @ samples[:-1] > MIN_TAIL_CORRELATION * power)
