"""Speech recognition engine: audio in, Transcript out.

>>> from asr import open_transcriber
>>> open_transcriber().transcribe("samples/hello.flac").text[:12]
'good morning'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from asr.transcript import Transcript

if TYPE_CHECKING:
    from asr.transcriber import Transcriber, open_transcriber

__all__ = ["Transcriber", "Transcript", "open_transcriber"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - of any type, by the name
    """Import the transcriber, and torch with it, at its first use only."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("asr.transcriber"), name)
