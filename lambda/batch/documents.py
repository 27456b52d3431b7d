"""Output documents of an object: the result with its transcript, or the error document.

Both record in `source` which version of the object they describe, so that a later event can decide
whether they are up to date.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

from asr import errors
from asr.errors import AsrError
from asr.formats import registry
from asr.transcript import ModelIdentity, Transcript
from batch.events import ObjectEvent
from batch.output_options import OutputOptions

Document = dict[str, Any]
VERSION_FIELDS = ("etag", "version_id", "last_modified")  # identify one version of an object


@dataclass(frozen=True)
class SourceObject:
    """One version of an audio object.

    Attributes
    ----------
    version_id : str or None
        Only in a versioned bucket.
    size : int or None
        Bytes; None if the object is gone.
    last_modified : str or None
        RFC 3339; None if the object is gone.
    sequencer : str or None
        Sequencer of the event that announced this version, where it is known.
    """

    bucket: str
    key: str
    etag: str
    version_id: str | None = None
    size: int | None = None
    last_modified: str | None = None
    sequencer: str | None = None

    @staticmethod
    def from_event(event: ObjectEvent) -> "SourceObject":
        """Version announced by an event; size and modification time are unknown."""
        return SourceObject(
            event.bucket,
            event.key,
            event.etag,
            event.version_id or None,
            sequencer=event.sequencer or None,
        )

    def with_sequencer_from(self, event: ObjectEvent) -> "SourceObject":
        """Copy with the event's sequencer; unchanged if the event announced another version."""
        if event.etag != self.etag or (event.version_id or None) != self.version_id:
            return self
        return replace(self, sequencer=event.sequencer or None)

    def is_same_version_as(self, described: "SourceObject | Document") -> bool:
        """Compare with another version, or with the `source` of a document."""
        other = described if isinstance(described, dict) else asdict(described)
        return all(getattr(self, name) == other[name] for name in VERSION_FIELDS)


def result_document(
    transcript: Transcript, source: SourceObject, options: OutputOptions
) -> Document:
    """Result document; its `formats` lists the extra formats that were written with it."""
    return registry.to_json(transcript) | {
        "formats": list(options.extra_formats),
        "punctuate": options.punctuate,
        "source": asdict(source),
        **options.vocabulary_members,
    }


def error_document(error: AsrError, source: SourceObject, model: ModelIdentity) -> Document:
    """RFC 9457 problem document of a permanent failure, with the model that was to be used."""
    return errors.problem_from_error(error) | {"model": asdict(model), "source": asdict(source)}
