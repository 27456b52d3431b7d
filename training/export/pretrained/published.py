"""Recommended models of the Hugging Face hub, by the names that `make model` takes."""

from dataclasses import dataclass

_LIBRISPEECH = "Published word error rate on LibriSpeech, greedy decoding: {}."


@dataclass(frozen=True)
class PublishedModel:
    """A recommended model; docs/models.md compares them.

    Attributes
    ----------
    source : str
        Its id on the hub.
    about : str
        Architecture and authors: a sentence.
    rates : str
        Its published error rates: a sentence.
    """

    source: str
    about: str
    rates: str


_FASTCONFORMER = (
    "FastConformer (Rekesh et al. 2023) with CTC, by NVIDIA{}, which writes {}, 80 ms a frame."
)
_WAV2VEC2 = "wav2vec 2.0 (Baevski et al. 2020){}, by {}."

PUBLISHED = {
    "parakeet-110m": PublishedModel(
        "nvidia/parakeet-tdt_ctc-110m",
        _FASTCONFORMER.format("; CTC branch of a hybrid", "capitals and punctuation"),
        _LIBRISPEECH.format("near 2.5 % on test-clean"),
    ),
    "parakeet-0.6b": PublishedModel(
        "nvidia/parakeet-ctc-0.6b",
        _FASTCONFORMER.format(" and Suno", "lower case without punctuation"),
        _LIBRISPEECH.format("1.87 % on test-clean"),
    ),
    "parakeet-1.1b": PublishedModel(
        "nvidia/parakeet-ctc-1.1b",
        _FASTCONFORMER.format(" and Suno", "lower case without punctuation"),
        "Published word error rates are in its model card on the hub.",
    ),
    "parakeet-ja-0.6b": PublishedModel(
        "nvidia/parakeet-tdt_ctc-0.6b-ja",
        _FASTCONFORMER.format("; CTC branch of a hybrid", "Japanese with punctuation"),
        "Published character error rate of its transducer on JSUT basic5000: 6.4 %.",
    ),
    "wav2vec2-large-self": PublishedModel(
        "facebook/wav2vec2-large-960h-lv60-self",
        _WAV2VEC2.format(" with self-training (Xu et al. 2020)", "Meta AI"),
        _LIBRISPEECH.format("1.86 % on test-clean, 3.88 % on test-other"),
    ),
    "wav2vec2-german": PublishedModel(
        "jonatasgrosman/wav2vec2-large-xlsr-53-german",
        _WAV2VEC2.format(", XLSR-53 (Conneau et al. 2020), fine-tuned", "Jonatas Grosman"),
        "Published word error rate on Common Voice 6 German, greedy decoding: 12.06 %.",
    ),
    "mms-1b": PublishedModel(
        "facebook/mms-1b-all",
        "MMS (Pratap et al. 2023): wav2vec 2.0 with an adapter for each of 1,162 languages.",
        "Published error rates by language are in its paper.",
    ),
}


def describe(model_id: str) -> PublishedModel | None:
    """The recommended model with this id, if it is one."""
    return next((each for each in PUBLISHED.values() if each.source == model_id), None)
