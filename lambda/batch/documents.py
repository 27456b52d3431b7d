"""What answers an object: the document of its transcript, or of why there is none.

Both carry, as `source`, of which state of the object they speak, by which they are told to be up to
date.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from asr import errors
from asr.errors import AsrError
from asr.formats import registry
from asr.transcript import ModelIdentity, Transcript
from batch.events import ObjectEvent

Members = dict[str, Any]
IDENTITY = ("etag", "version_id", "last_modified")  # what tells states of one object apart


@dataclass(frozen=True)
class Source:
    """A state of an object.

    Attributes
    ----------
    version_id : str or None
        Where the bucket is versioned.
    size : int or None
        Bytes; None of an object that is gone.
    last_modified : str or None
        RFC 3339; None of an object that is gone.
    sequencer : str or None
        That of the event which announced this very state, where it is known.
    """

    bucket: str
    key: str
    etag: str
    version_id: str | None = None
    size: int | None = None
    last_modified: str | None = None
    sequencer: str | None = None

    @staticmethod
    def announced(event: ObjectEvent) -> "Source":
        """What an event tells by itself."""
        return Source(
            event.bucket,
            event.key,
            event.etag,
            event.version_id or None,
            sequencer=event.sequencer or None,
        )

    def known_by(self, event: ObjectEvent) -> "Source":
        """The same, with the sequencer of the event if it is this state that it announced."""
        if event.etag != self.etag or (event.version_id or None) != self.version_id:
            return self
        return replace(self, sequencer=event.sequencer or None)

    def is_state_of(self, told: "Source | Members") -> bool:
        """Whether another, or the member `source` of a document, tells of the same state."""
        other = told if isinstance(told, dict) else asdict(told)
        return all(getattr(self, name) == other[name] for name in IDENTITY)


def result(spoken: Transcript, source: Source, companions: Sequence[str]) -> Members:
    """The document of a transcript; `formats` names the companions that were written with it."""
    return registry.to_json(spoken) | {"formats": list(companions), "source": asdict(source)}


def refusal(error: AsrError, source: Source, model: ModelIdentity) -> Members:
    """The problem document of what can never succeed, with the model that it was meant for."""
    return errors.problem_from_error(error) | {"model": asdict(model), "source": asdict(source)}
