"""PocketSphinx with the English model of its wheel: forced alignment and free decoding.

All times have its resolution of 10 ms.
"""

from typing import NamedTuple

from pocketsphinx import Decoder

from asr.audio.audio import SAMPLE_RATE
from asr.types import Samples
from training.data.phones import PHONE_INDEX, SILENCE, AlignedWord
from training.pcm import to_int16

FRAMES_PER_SECOND = 100


class WordSegment(NamedTuple):
    """A word of the pronunciation dictionary, with its start and end in seconds."""

    word: str
    start: float
    end: float


class Recogniser:
    """Free decoding with the language model of the wheel."""

    def __init__(self) -> None:
        self._decoder = Decoder(samprate=SAMPLE_RATE, loglevel="FATAL")

    def recognise(self, samples: Samples) -> list[WordSegment]:
        """Words in samples (samples,), float32 in [-1, 1] at 16 kHz."""
        _process(self._decoder, samples)
        return _segments(self._decoder)


class WordAligner:
    """Forced alignment of the words of a transcript."""

    def __init__(self) -> None:
        self._decoder = Decoder(samprate=SAMPLE_RATE, lm=None, loglevel="FATAL")

    def align(self, samples: Samples, text: str) -> list[WordSegment]:
        """Words of `text` in samples (samples,), float32 in [-1, 1] at 16 kHz.

        Returns
        -------
        list of WordSegment
            Empty if a word is out of vocabulary, or the text does not fit the audio.
        """
        if not _set_text(self._decoder, text):
            return []
        _process(self._decoder, samples)
        return _segments(self._decoder)


class PhoneAligner:
    """Forced alignment of the words of a transcript, and then of their phones."""

    def __init__(self) -> None:
        self._decoder = self._open()

    def align(self, samples: Samples, text: str) -> list[AlignedWord]:
        """Words of `text`, and the silences between them, with their phones.

        Parameters
        ----------
        samples : NDArray[float32], shape (samples,)
            Waveform in [-1, 1] at 16 kHz.

        Returns
        -------
        list of AlignedWord
            Empty if a word is out of vocabulary, or the text does not fit the audio.
        """
        if not _set_text(self._decoder, text):
            return []
        try:
            _process(self._decoder, samples)
            self._decoder.set_alignment()  # the second pass aligns the phones of the words found
            _process(self._decoder, samples)
        except RuntimeError:  # the text does not fit the audio; the decoder stays unusable
            self._decoder = self._open()
            return []
        return [
            tuple((_phone(each.name), each.duration) for each in word)
            for word in self._decoder.get_alignment()
        ]

    @staticmethod
    def _open() -> Decoder:
        # The best path search would discard the segmentation that the second pass needs.
        return Decoder(samprate=SAMPLE_RATE, lm=None, bestpath=False, loglevel="FATAL")


def _set_text(decoder: Decoder, text: str) -> bool:
    """Set the transcript to align; False if a word is out of vocabulary."""
    try:
        decoder.set_align_text(text)
    except RuntimeError:
        return False
    return True


def _process(decoder: Decoder, samples: Samples) -> None:
    decoder.start_utt()
    decoder.process_raw(to_int16(samples).tobytes(), full_utt=True)
    decoder.end_utt()


def _segments(decoder: Decoder) -> list[WordSegment]:
    """Segments of words; tokens such as "<sil>" and "[NOISE]" are fillers."""
    return [
        WordSegment(
            _base_form(segment.word),
            segment.start_frame / FRAMES_PER_SECOND,
            (segment.end_frame + 1) / FRAMES_PER_SECOND,
        )
        for segment in decoder.seg() or ()
        if not segment.word.startswith(("<", "["))
    ]


def _base_form(token: str) -> str:
    """Word of a dictionary entry: "read(2)", a pronunciation variant, is "read"."""
    return token.partition("(")[0]


def _phone(name: str) -> str:
    """Lower-case phone; the model's noise phones count as silence."""
    return name.lower() if name.lower() in PHONE_INDEX else SILENCE
