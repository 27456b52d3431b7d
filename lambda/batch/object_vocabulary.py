"""The vocabulary that the metadata of an object name."""

from urllib.parse import unquote

from asr import vocabulary
from asr.errors import MalformedRequestError
from asr.vocabulary import Vocabulary
from batch.store import InputAudio, OutputStore


def object_vocabulary(current: InputAudio, outputs: OutputStore) -> Vocabulary | None:
    """The vocabulary in the metadata of an object, or in the file in `outputs` that they name.

    Raises
    ------
    MalformedRequestError
        If there is no such file, or it is no vocabulary.
    """
    if current.vocabulary_key:
        stored = outputs.get(current.vocabulary_key)
        if stored is None:
            raise MalformedRequestError(
                f"The object's metadata names the vocabulary {current.vocabulary_key!r}, which "
                "is not in the output bucket."
            )
        return vocabulary.parse_file(stored.body.decode(errors="replace"))
    return vocabulary.parse(unquote(current.vocabulary)) if current.vocabulary else None
