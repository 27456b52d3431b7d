"""Transcript of a recording: words with times and confidences, the model, the timing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from asr.audio_warnings import AudioWarning

PAUSE_SECONDS = 0.8  # silence that ends a segment
SEGMENT_MAX_SECONDS = 30.0  # the longest of Whisper's segments


@dataclass(frozen=True)
class Word:
    """A word of a transcript.

    Attributes
    ----------
    word : str
        Plain form: lower case, without punctuation marks.
    start, end : float
        Seconds.
    confidence : float
        Calibrated probability that the plain form is correct.
    punctuated_word : str
        As written by the model; `word` by default.
    channel : str or None
        Name of its channel, if the channels were transcribed separately.
    """

    word: str
    start: float
    end: float
    confidence: float
    punctuated_word: str = ""
    channel: str | None = None

    def __post_init__(self) -> None:
        if not self.punctuated_word:
            object.__setattr__(self, "punctuated_word", self.word)


@dataclass(frozen=True)
class ModelIdentity:
    """The model and the decoder that made a transcript.

    Attributes
    ----------
    name, version : str
        As in the manifest.
    sha256 : str
        Digest of the manifest, as MODEL_SHA256 takes it.
    decoder : str
        `greedy` or `beam`.
    """

    name: str
    version: str
    sha256: str
    decoder: str = "greedy"


@dataclass(frozen=True)
class Timing:
    """Processing time.

    Attributes
    ----------
    decode_ms, inference_ms : float
        Milliseconds of audio decoding, and of recognition.
    real_time_factor : float
        Seconds of processing per second of audio.
    cold_start : bool
        True for the first transcript of a process.
    """

    decode_ms: float
    inference_ms: float
    real_time_factor: float
    cold_start: bool


@dataclass(frozen=True)
class Transcript:
    """The words of a recording.

    Attributes
    ----------
    words : tuple of Word
        In order of time; empty if there is no speech.
    duration : float
        Seconds of audio.
    model : ModelIdentity
    timing : Timing
    language : str
        BCP 47 tag.
    warnings : tuple of AudioWarning
        What of the audio could not be read as it is.
    channels : tuple of str
        Names of the channels, if they were transcribed separately.

    Raises
    ------
    ValueError
        If a word has no duration, or lies outside of the audio.
    """

    words: tuple[Word, ...]
    duration: float
    model: ModelIdentity
    timing: Timing
    language: str = "en"
    warnings: tuple[AudioWarning, ...] = ()
    channels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for word in self.words:
            if not 0 <= word.start < word.end <= self.duration:
                raise ValueError(f"{word} is not within {self.duration} s of audio")

    @property
    def text(self) -> str:
        """The words as written, separated by single spaces; of several channels, by segments."""
        return " ".join(map(join_words, segments(self.words)))

    def plain(self) -> "Transcript":
        """The transcript with the plain form of each word, whose text is plain too."""
        words = tuple(replace(word, punctuated_word=word.word) for word in self.words)
        return replace(self, words=words)

    @property
    def confidence(self) -> float | None:
        """Mean confidence of the words, the expected share of correct words; None without words."""
        if not self.words:
            return None
        return round(sum(word.confidence for word in self.words) / len(self.words), 3)


def join_words(words: Sequence[Word]) -> str:
    """Written text of words, separated by single spaces."""
    return " ".join(word.punctuated_word for word in words)


def segments(words: Sequence[Word]) -> list[tuple[Word, ...]]:
    """Split words, in order of time, at pauses and before `SEGMENT_MAX_SECONDS` are exceeded.

    Every word is in exactly one segment, and no segment is empty. A single word may last longer. A
    segment has words of one channel; segments are in order of their starts.
    """
    channels: dict[str | None, list[Word]] = {}
    for word in words:
        channels.setdefault(word.channel, []).append(word)
    found = [segment for spoken in channels.values() for segment in _of_channel(spoken)]
    return sorted(found, key=lambda segment: segment[0].start)


def _of_channel(words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
    first = 0
    for index in range(1, len(words)):
        silence = words[index].start - words[index - 1].end
        lasts = words[index].end - words[first].start
        if silence >= PAUSE_SECONDS or lasts > SEGMENT_MAX_SECONDS:
            yield tuple(words[first:index])
            first = index
    yield tuple(words[first:])
