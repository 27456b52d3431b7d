"""Options of an object's output: those of the object's metadata, or the settings'."""

import hashlib
import json
from dataclasses import dataclass

from asr.errors import MalformedRequestError
from asr.settings import Settings, split_names
from asr.vocabulary import NO_VOCABULARY, Vocabulary
from batch import object_keys

DIGEST = "vocabulary_sha256"
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True)
class OutputOptions:
    """Options of the output documents.

    Attributes
    ----------
    extra_formats : tuple of str
        Formats to write in addition to JSON.
    punctuate : bool
        Whether to keep case and punctuation marks.
    vocabulary : Vocabulary
        Phrases to recognise.
    """

    extra_formats: tuple[str, ...] = ()
    punctuate: bool = True
    vocabulary: Vocabulary = NO_VOCABULARY

    @property
    def vocabulary_members(self) -> dict[str, str]:
        """Members of a document by which outputs of different vocabularies differ, if any."""
        if not self.vocabulary.phrases:
            return {}
        phrases = [[phrase.spoken, phrase.written] for phrase in self.vocabulary.phrases]
        return {DIGEST: hashlib.sha256(json.dumps(phrases).encode()).hexdigest()}

    @staticmethod
    def from_settings(settings: Settings) -> "OutputOptions":
        """Options of objects without metadata.

        Raises
        ------
        ValueError
            If the settings name an unknown format.
        """
        if unknown := set(settings.batch_formats) - set(object_keys.EXTRA_FORMATS):
            raise ValueError(
                f"BATCH_FORMATS: unknown format {', '.join(sorted(unknown))}; "
                f"choose from {', '.join(object_keys.EXTRA_FORMATS)}"
            )
        return OutputOptions(settings.batch_formats, settings.punctuate)

    def with_metadata(self, formats: str | None, punctuate: str | None) -> "OutputOptions":
        """Options of an object with this metadata, None where it has none.

        Raises
        ------
        MalformedRequestError
            For an unknown value.
        """
        return OutputOptions(
            self.extra_formats if formats is None else _extra_formats(formats),
            self.punctuate if punctuate is None else _boolean(punctuate),
        )


def _boolean(punctuate: str) -> bool:
    if punctuate.lower() not in _BOOLEANS:
        raise MalformedRequestError(
            f"The object's metadata has punctuate {punctuate!r}; expected true or false."
        )
    return _BOOLEANS[punctuate.lower()]


def _extra_formats(listed: str) -> tuple[str, ...]:
    requested = tuple(dict.fromkeys(split_names(listed)))
    if unknown := set(requested) - {"json", *object_keys.EXTRA_FORMATS}:
        raise MalformedRequestError(
            f"The object's metadata names the unknown format {min(unknown)!r}; choose from "
            f"json, {', '.join(object_keys.EXTRA_FORMATS)}."
        )
    return tuple(name for name in requested if name != "json")
