"""Audio files in every supported format, encoded once per process, for decoding tests."""

from collections.abc import Callable
from functools import cache

from asr.audio.audio import Budget
from tests.support import audio_clips

MINUTE = Budget(max_seconds=60)
RATE = 16_000  # Hz
TEN_SECONDS: dict[str, Callable[[], bytes]] = {
    "wav": lambda: audio_clips.sound_file(audio_clips.sweep(RATE, 10), RATE),
    "flac": lambda: audio_clips.sound_file(audio_clips.sweep(RATE, 10), RATE, "FLAC"),
    "aiff": lambda: audio_clips.sound_file(audio_clips.sweep(RATE, 10), RATE, "AIFF"),
    "ogg/opus": lambda: audio_clips.sound_file(audio_clips.sweep(RATE, 10), RATE, "OGG", "OPUS"),
    "mp3": lambda: audio_clips.mp3(audio_clips.sweep(RATE, 10), RATE),
    "webm": lambda: audio_clips.webm(audio_clips.sweep(48_000, 10)),
    "fragmented mp4": lambda: audio_clips.fragmented_mp4(audio_clips.sweep(48_000, 10)),
    "adts": lambda: audio_clips.container(audio_clips.sweep(RATE, 10), RATE, "adts", "aac"),
    "mka": lambda: audio_clips.container(
        audio_clips.sweep(RATE, 10), RATE, "matroska", "flac", 4_608
    ),
}
ONE_SECOND: dict[str, Callable[[], bytes]] = {
    "wav": lambda: audio_clips.sound_file(audio_clips.sweep(RATE), RATE),
    "float wav": lambda: audio_clips.sound_file(audio_clips.sweep(RATE), RATE, subtype="FLOAT"),
    "adpcm wav": lambda: audio_clips.sound_file(audio_clips.sweep(RATE), RATE, subtype="IMA_ADPCM"),
    "flac": lambda: audio_clips.sound_file(audio_clips.sweep(RATE), RATE, "FLAC"),
    "caf": lambda: audio_clips.sound_file(audio_clips.sweep(RATE), RATE, "CAF"),
    "ogg/vorbis": lambda: audio_clips.sound_file(audio_clips.sweep(RATE), RATE, "OGG", "VORBIS"),
    "ogg/opus": lambda: audio_clips.sound_file(audio_clips.sweep(RATE), RATE, "OGG", "OPUS"),
    "mp3": lambda: audio_clips.mp3(audio_clips.sweep(RATE), RATE),
    "webm": lambda: audio_clips.webm(audio_clips.sweep(48_000)),
    "m4a": lambda: audio_clips.m4a(audio_clips.sweep(44_100)),
    "fragmented mp4": lambda: audio_clips.fragmented_mp4(audio_clips.sweep(48_000)),
    "adts": lambda: audio_clips.container(audio_clips.sweep(RATE), RATE, "adts", "aac"),
}


@cache
def ten_seconds(name: str) -> bytes:
    return TEN_SECONDS[name]()


@cache
def one_second(name: str) -> bytes:
    return ONE_SECOND[name]()
