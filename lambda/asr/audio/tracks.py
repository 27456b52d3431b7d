"""The sound track of a container that is read."""

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition

from asr.audio.block import UnreadableError
from asr.audio.ffmpeg_formats import is_allowed_codec
from asr.audio_warnings import WarningLog
from asr.errors import MalformedRequestError

# Tracks that do not hold the main dialogue.
SECONDARY = (
    Disposition.comment
    | Disposition.visual_impaired
    | Disposition.descriptions
    | Disposition.karaoke
    | Disposition.lyrics
    | Disposition.clean_effects
    | Disposition.non_diegetic
)
SECONDARY_TITLES = ("commentary", "description", "descriptive", "karaoke")
LANGUAGES = frozenset({"en", "eng", "English"})  # of the models
# What the tracks of a file without a decoder have instead of a name.
UNKNOWN_CODEC = "an unknown codec"


def choose_track(container: InputContainer, track: int | None, warnings: WarningLog) -> AudioStream:
    """The track by its number from 1, or the best: main, default, decodable, in English, first.

    Raises
    ------
    UnreadableError
        If there is no sound track, or none that can be decoded.
    MalformedRequestError
        If there is no track of this number.
    """
    tracks = list(container.streams.audio)
    if not tracks:
        raise UnreadableError(_without_sound(container))
    if track is not None:
        if not 1 <= track <= len(tracks):
            raise MalformedRequestError(
                f"track is {track}, but the file has {_count(len(tracks))}: "
                f"choose from 1 to {len(tracks)}"
            )
        chosen = tracks[track - 1]
        if not is_decodable(chosen):
            raise UnreadableError(_undecodable([chosen]))
        return chosen
    decodable = [each for each in tracks if is_decodable(each)]
    if not decodable:
        raise UnreadableError(_undecodable(tracks))
    chosen = min(decodable, key=_rank)
    if len(tracks) > 1:
        warnings.add(
            "second_track",
            f"The file has {_count(len(tracks))}; track {tracks.index(chosen) + 1} was read. "
            "The option track chooses another.",
        )
    return chosen


def is_decodable(stream: AudioStream) -> bool:
    """Whether there is an allowed decoder for a track."""
    return stream.codec_context is not None and is_allowed_codec(stream.codec_context.name)


def _rank(stream: AudioStream) -> tuple[bool, bool, bool, int]:
    title = stream.metadata.get("title", "").lower()
    is_secondary = bool(stream.disposition & SECONDARY) or any(
        word in title for word in SECONDARY_TITLES
    )
    is_default = bool(stream.disposition & Disposition.default)
    return is_secondary, not is_default, stream.language not in LANGUAGES, stream.index


def _without_sound(container: InputContainer) -> str:
    if container.streams.video:
        return "The file is a video without a sound track."
    return "The file has no sound track."


def _undecodable(tracks: list[AudioStream]) -> str:
    names = sorted({codec_name(stream) for stream in tracks})
    return f"The sound is coded as {', '.join(names)}, which is not supported."


def codec_name(stream: AudioStream) -> str:
    """Name of the codec of a track."""
    if stream.codec_context is None:
        return UNKNOWN_CODEC
    return f"{stream.codec_context.codec.long_name} ({stream.codec_context.name})"


def _count(tracks: int) -> str:
    return "1 sound track" if tracks == 1 else f"{tracks} sound tracks"
