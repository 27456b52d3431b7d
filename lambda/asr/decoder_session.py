"""A model with one decoder: blocks of a waveform in, calibrated words out."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from asr.acoustic_model import AcousticModel
from asr.bundle import Bundle
from asr.decoding import decoders
from asr.decoding.decoders import CtcDecoder
from asr.errors import ModelUnavailableError
from asr.manifest import Confidence
from asr.recognisers import RECOGNISERS, RecognisedWord, Recogniser
from asr.settings import BEAM
from asr.transcript import Word
from asr.vocabulary import Vocabulary
from asr.written_text import plain

MIN_WORD_SECONDS = 0.001  # the resolution of times
NO_LANGUAGE_MODEL = (
    "the decoder beam needs a language model, and this model bundle has none: "
    "use the decoder greedy, or a bundle with a language model"
)


@dataclass(frozen=True)
class DecoderSession:
    """A recogniser with one decoder, and the calibration of its confidences."""

    decoder: str
    decode: CtcDecoder
    open_recogniser: Callable[[CtcDecoder], Recogniser]
    recogniser: Recogniser
    confidence: Confidence

    def with_vocabulary(self, vocabulary: Vocabulary) -> "DecoderSession":
        """A session that prefers the phrases of a vocabulary; the decoder must be `beam`.

        Raises
        ------
        OptionError
            As `BeamDecoder.with_vocabulary`.
        """
        decode = decoders.biased_decoder(self.decode, vocabulary)
        return replace(self, decode=decode, recogniser=self.open_recogniser(decode))

    def words(self, recognised: Iterable[RecognisedWord], duration: float) -> Iterator[Word]:
        """Round the times to milliseconds, keep them within the audio, calibrate the confidence.

        Every word lasts a millisecond or more, as subtitles cannot show a cue of no length.
        """
        for word in recognised:
            start = min(max(round(word.start, 3), 0.0), round(duration - MIN_WORD_SECONDS, 3))
            end = min(max(round(word.end, 3), round(start + MIN_WORD_SECONDS, 3)), duration)
            yield Word(
                word=plain(word.text),
                start=start,
                end=end,
                confidence=round(self.confidence.calibrated(word.log_prob), 3),
                punctuated_word=word.text,
            )


def open_session(bundle: Bundle, model: AcousticModel, decoder: str) -> DecoderSession:
    """Open a decoder for a model.

    Parameters
    ----------
    bundle : Bundle
        A verified bundle.
    model : AcousticModel
        Its open model.
    decoder : str
        `greedy` or `beam`.

    Raises
    ------
    ModelUnavailableError
        If there is no language model for the decoder, or it cannot be read.
    """
    manifest, language_model = bundle.manifest, bundle.manifest.language_model
    decode: CtcDecoder = decoders.greedy_decoder(manifest)
    confidence = manifest.confidence
    if decoder == BEAM:
        if language_model is None:
            raise ModelUnavailableError(NO_LANGUAGE_MODEL)
        content = bundle.read_file(language_model)
        decode = decoders.beam_decoder(manifest, content, language_model.beam_search)
        confidence = language_model.confidence
    open_recogniser = partial(RECOGNISERS[manifest.kind], manifest, model)
    return DecoderSession(decoder, decode, open_recogniser, open_recogniser(decode), confidence)
