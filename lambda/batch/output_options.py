"""Options of an object's output: those of the object's metadata, or the settings'."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from asr.channels import SeparateChannels
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
    channels : SeparateChannels or None
    """

    extra_formats: tuple[str, ...] = ()
    punctuate: bool = True
    vocabulary: Vocabulary = NO_VOCABULARY
    channels: SeparateChannels | None = None

    @property
    def error_members(self) -> dict[str, Any]:
        """Members of an error document by which those of different options differ, if any."""
        names = {} if self.channels is None else {"channels": list(self.channels.names)}
        return self.vocabulary_members | names

    def have_made(self, document: Mapping[str, Any]) -> bool:
        """Whether a document was made with this vocabulary and these channels."""
        found = document.get("channels")
        if document.get(DIGEST) != self.vocabulary_members.get(DIGEST):
            return False
        if found is None or self.channels is None:
            return found is None and self.channels is None
        return found in (list(self.channels.names), list(_default_names(self.channels, found)))

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
        return OutputOptions(settings.batch_formats, settings.punctuate, channels=settings.channels)

    def with_metadata(self, formats: str | None, punctuate: str | None) -> "OutputOptions":
        """Options of an object with this metadata, None where it has none.

        Raises
        ------
        MalformedRequestError
            For an unknown value.
        """
        return replace(
            self,
            extra_formats=self.extra_formats if formats is None else _extra_formats(formats),
            punctuate=self.punctuate if punctuate is None else _boolean(punctuate),
        )


def _default_names(channels: SeparateChannels, found: Sequence[str]) -> Sequence[str]:
    return () if channels.names else channels.labels(len(found))


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
