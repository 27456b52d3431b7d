"""What answers an object: the document of its transcript, or of why there is none.

Both carry, as `source`, of which state of the object they speak, by which they are told to be up to
date.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from asr import problems, transcript
from asr.errors import AsrError
from asr.transcript import ModelIdentity, Transcript

Members = dict[str, Any]


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


def result(spoken: Transcript, source: Source, companions: list[str]) -> Members:
    """The document of a transcript; `formats` names the companions that were written with it."""
    return transcript.to_json(spoken) | {"formats": companions, "source": asdict(source)}


def refusal(error: AsrError, source: Source, model: ModelIdentity) -> Members:
    """The problem document of what can never succeed, with the model that it was meant for."""
    return problems.from_error(error) | {"model": asdict(model), "source": asdict(source)}


def write(members: Members) -> bytes:
    """JSON as it is stored."""
    return json.dumps(members, ensure_ascii=False).encode()
