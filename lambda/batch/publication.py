"""Existing output documents of an object, and their conditional replacement.

At any time an object has at most one of result and error document, and a result has all its extra
formats: obsolete documents are deleted first, and the one that completes the output is written
last. Each step names the version that it replaces, as loaded before the audio was looked at, so a
worker that was overtaken fails.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from asr.errors import PROBLEM_MEDIA_TYPE
from asr.formats.registry import FORMATS
from asr.settings import GREEDY
from asr.transcript import ModelIdentity, Transcript
from batch import documents, object_keys
from batch.documents import Document, SourceObject
from batch.events import ObjectEvent, is_older
from batch.output_options import OutputOptions
from batch.store import OutputStore


class KeyConflictError(Exception):
    """The key of an output document holds something else, which is not overwritten."""


@dataclass(frozen=True)
class StoredOutput:
    """Output of one object as found in the store, with the ETags needed to replace it.

    Attributes
    ----------
    document : dict or None
        Result or error document; None also if both exist.
    result_etag, error_etag : str or None
        Of the two documents.
    extra_formats : mapping of str to str
        ETags of the extra formats that exist, by format.
    """

    key: str
    document: Document | None
    result_etag: str | None
    error_etag: str | None
    extra_formats: Mapping[str, str]


def load_documents(store: OutputStore, key: str) -> StoredOutput:
    """Load the output of the object `key` without extra formats; raises KeyConflictError."""
    result, result_etag = _load_document(store, key, object_keys.result_key(key))
    error, error_etag = _load_document(store, key, object_keys.error_key(key))
    document = None if result and error else result or error
    return StoredOutput(key, document, result_etag, error_etag, {})


def load_output(store: OutputStore, key: str) -> StoredOutput:
    """Load the output of the object `key`; raises KeyConflictError."""
    etags = {
        name: store.etag(object_keys.extra_format_key(key, name))
        for name in object_keys.EXTRA_FORMATS
    }
    extra_formats = {name: etag for name, etag in etags.items() if etag is not None}
    return replace(load_documents(store, key), extra_formats=extra_formats)


def _load_document(store: OutputStore, key: str, name: str) -> tuple[Document | None, str | None]:
    """Load a document and its ETag; raises KeyConflictError if it belongs to another object."""
    stored = store.get(name)
    if stored is None:
        return None, None
    try:
        document: Document = json.loads(stored.body)
        owner = document["source"]["key"]
    except (ValueError, KeyError, TypeError) as error:
        raise KeyConflictError(
            f"{name} exists and is not an output of {key}; move or delete it"
        ) from error
    if owner != key:
        raise KeyConflictError(f"{name} exists and is the output of {owner}, not of {key}")
    return document, stored.etag


def covers_event(document: Document, event: ObjectEvent) -> bool:
    """Whether a document describes the version that the event announced, or a newer one."""
    source = document["source"]
    if not source["sequencer"] or not event.sequencer:
        return False
    if is_older(event.sequencer, source["sequencer"]):
        return True
    # LocalStack and moto give all events the same sequencer; with S3 the ETag makes no difference.
    same = not is_older(source["sequencer"], event.sequencer)
    return bool(same and source["etag"] == event.etag)


def covers_version(
    document: Document, source: SourceObject, model: ModelIdentity, options: OutputOptions
) -> bool:
    """Whether a document is the output of this model, decoder and options for this version.

    An error document has no options but the vocabulary's digest and the channels.
    """
    return bool(
        source.is_same_version_as(document["source"])
        and document["model"]["sha256"] == model.sha256
        and document["model"].get("decoder", GREEDY) == model.decoder
        and options.have_made(document)
        and document.get("punctuate", options.punctuate) == options.punctuate
        and set(options.extra_formats) <= set(document.get("formats", options.extra_formats))
    )


def survives_deletion(document: Document, event: ObjectEvent) -> bool:
    """Whether a document stays valid although the object is gone.

    It does unless the event is known to be newer, so deleting processed audio keeps its output.
    """
    sequencer = document["source"]["sequencer"]
    return not (sequencer and event.sequencer and is_older(sequencer, event.sequencer))


@dataclass(frozen=True)
class Publication:
    """Conditional replacement of the output of one object.

    Attributes
    ----------
    replaced : StoredOutput
        Output to be replaced.
    check : callable
        Called before each step; an exception stops the publication.

    Raises
    ------
    ConflictError
        If the stored output has changed since.
    """

    store: OutputStore
    replaced: StoredOutput
    check: Callable[[], None]

    def publish_result(
        self, transcript: Transcript, source: SourceObject, options: OutputOptions
    ) -> None:
        """Publish a transcript in JSON and in the extra formats."""
        transcript = transcript if options.punctuate else transcript.plain()
        extra_formats = options.extra_formats
        key, replaces = self.replaced.key, self.replaced.result_etag
        self._delete(object_keys.error_key(key), self.replaced.error_etag)
        if extra_formats or self.replaced.extra_formats:
            # A result must never stand beside the extra formats of another one.
            self._delete(object_keys.result_key(key), replaces)
            replaces = None
        self._delete_extra_formats(keep=extra_formats)
        for name in extra_formats:
            rendering = FORMATS[name]
            self._put(
                object_keys.extra_format_key(key, name),
                rendering.render(transcript).encode(),
                rendering.media_type,
                self.replaced.extra_formats.get(name),
            )
        document = documents.result_document(transcript, source, options)
        self._put(
            object_keys.result_key(key), _json(document), FORMATS["json"].media_type, replaces
        )

    def publish_error(self, document: Document) -> None:
        """Publish an error document; deletes any transcript."""
        self._delete(object_keys.result_key(self.replaced.key), self.replaced.result_etag)
        self._delete_extra_formats(keep=())
        self._put(
            object_keys.error_key(self.replaced.key),
            _json(document),
            PROBLEM_MEDIA_TYPE,
            self.replaced.error_etag,
        )

    def _delete_extra_formats(self, keep: Sequence[str]) -> None:
        for name, etag in self.replaced.extra_formats.items():
            if name not in keep:
                self._delete(object_keys.extra_format_key(self.replaced.key, name), etag)

    def _put(self, name: str, body: bytes, media_type: str, replaces: str | None) -> None:
        self.check()
        self.store.put(name, body, media_type, replaces)

    def _delete(self, name: str, etag: str | None) -> None:
        if etag is not None:
            self.check()
            self.store.delete(name, etag)


def _json(document: Document) -> bytes:
    # A file name may hold bytes that are not UTF-8: they stay escaped.
    return json.dumps(document, ensure_ascii=False).encode(errors="backslashreplace")
