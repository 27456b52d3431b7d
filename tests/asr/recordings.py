"""Sound files of every kind, made once, for the tests of what reads them."""

from collections.abc import Callable
from functools import cache

from asr.audio import Budget
from tests.asr import clips

MINUTE = Budget(max_seconds=60)
RATE = 16_000  # Hz
TEN_SECONDS: dict[str, Callable[[], bytes]] = {
    "wav": lambda: clips.sound_file(clips.sweep(RATE, 10), RATE),
    "flac": lambda: clips.sound_file(clips.sweep(RATE, 10), RATE, "FLAC"),
    "aiff": lambda: clips.sound_file(clips.sweep(RATE, 10), RATE, "AIFF"),
    "ogg/opus": lambda: clips.sound_file(clips.sweep(RATE, 10), RATE, "OGG", "OPUS"),
    "mp3": lambda: clips.mp3(clips.sweep(RATE, 10), RATE),
    "webm": lambda: clips.webm(clips.sweep(48_000, 10)),
    "fragmented mp4": lambda: clips.fragmented_mp4(clips.sweep(48_000, 10)),
    "adts": lambda: clips.container(clips.sweep(RATE, 10), RATE, "adts", "aac"),
    "mka": lambda: clips.container(clips.sweep(RATE, 10), RATE, "matroska", "flac", 4_608),
}
ONE_SECOND: dict[str, Callable[[], bytes]] = {
    "wav": lambda: clips.sound_file(clips.sweep(RATE), RATE),
    "float wav": lambda: clips.sound_file(clips.sweep(RATE), RATE, subtype="FLOAT"),
    "adpcm wav": lambda: clips.sound_file(clips.sweep(RATE), RATE, subtype="IMA_ADPCM"),
    "flac": lambda: clips.sound_file(clips.sweep(RATE), RATE, "FLAC"),
    "caf": lambda: clips.sound_file(clips.sweep(RATE), RATE, "CAF"),
    "ogg/vorbis": lambda: clips.sound_file(clips.sweep(RATE), RATE, "OGG", "VORBIS"),
    "ogg/opus": lambda: clips.sound_file(clips.sweep(RATE), RATE, "OGG", "OPUS"),
    "mp3": lambda: clips.mp3(clips.sweep(RATE), RATE),
    "webm": lambda: clips.webm(clips.sweep(48_000)),
    "m4a": lambda: clips.m4a(clips.sweep(44_100)),
    "fragmented mp4": lambda: clips.fragmented_mp4(clips.sweep(48_000)),
    "adts": lambda: clips.container(clips.sweep(RATE), RATE, "adts", "aac"),
}


@cache
def ten_seconds(name: str) -> bytes:
    return TEN_SECONDS[name]()


@cache
def one_second(name: str) -> bytes:
    return ONE_SECOND[name]()
