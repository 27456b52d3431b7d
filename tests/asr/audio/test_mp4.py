"""Hostile MP4 files: refused at once, in little memory."""

import io
import struct
import time
import tracemalloc

import pytest

from asr.audio import audio
from asr.audio.audio import Budget, decode
from asr.errors import UnsupportedAudioError
from tests.support import audio_clips

CHUNK_SAMPLES = 32_768


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I", 8 + len(body)) + kind + body


def full(kind: bytes, *content: bytes) -> bytes:
    return box(kind, bytes(4), *content)


def movie(samples: int, tracks: int, duration: int) -> bytes:
    """16-bit tracks at 8 kHz, whose tables claim `samples` packets of one sample each."""
    chunks = samples // CHUNK_SAMPLES
    entry = box(
        b"sowt",
        bytes(6) + struct.pack(">H", 1) + bytes(8),
        struct.pack(">HHHHI", 1, 16, 0, 0, 8_000 << 16),
    )
    table = box(
        b"stbl",
        full(b"stsd", struct.pack(">I", 1), entry),
        full(b"stts", struct.pack(">III", 1, samples, duration)),
        full(b"stsc", struct.pack(">IIII", 1, 1, CHUNK_SAMPLES, 1)),
        full(b"stsz", struct.pack(">II", 2, samples)),
        full(b"stco", struct.pack(">I", chunks), struct.pack(">I", 40) * chunks),
    )
    media = box(
        b"mdia",
        full(b"mdhd", struct.pack(">IIIIHH", 0, 0, 16_000, 2 * samples, 0x55C4, 0)),
        full(b"hdlr", struct.pack(">I4s12x", 0, b"soun") + b"x\0"),
        box(b"minf", full(b"smhd", bytes(4)), table),
    )
    head = full(b"mvhd", struct.pack(">IIII", 0, 0, 1_000, 1_000), bytes(80))
    moov = box(b"moov", head, *[box(b"trak", media)] * tracks)
    return box(b"ftyp", b"isom\0\0\0\0isom") + box(b"mdat", bytes(CHUNK_SAMPLES * 2)) + moov


def keys() -> bytes:
    table = full(b"keys", struct.pack(">I", 260_000_000))
    meta = box(b"meta", full(b"hdlr", struct.pack(">I4s12x", 0, b"mdta") + b"\0"), table)
    return box(b"ftyp", b"isom\0\0\0\0isom") + box(b"moov", meta)


@pytest.mark.parametrize(
    ("clip", "message"),
    [
        (movie(60_000_000, tracks=2, duration=2), "claim more than 4,000,000 entries"),
        (movie(2_300_000, tracks=1, duration=2), "packets in .* up to 2,000 per second"),
        (keys(), "its table keys claims 260,000,000 entries"),
    ],
)
def test_a_hostile_file_is_refused_at_once(clip: bytes, message: str):
    started = time.process_time()
    tracemalloc.start()
    with pytest.raises(UnsupportedAudioError, match=message):
        decode(clip, Budget(300))
    assert audio.header_duration(io.BytesIO(clip)) in {None, 287.5} or "packets" in message
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64e6
    assert time.process_time() - started < 5


def test_a_box_without_end_or_of_64_bits_is_read():
    clip = audio_clips.m4a(audio_clips.sweep(44_100))
    at = clip.index(b"moov") - 4  # the last box
    assert decode(clip[:at] + bytes(4) + clip[at + 4 :], Budget(60)).seconds > 0.9
