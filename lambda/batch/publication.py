"""The answer to one object, as it stands in the store, and how another takes its place.

At every moment there is at most one of result and refusal, and with a result all its companions:
what is in the way is deleted first, the document that makes the answer whole is written last. Each
step names what it replaces, as it was found before the source was looked at, so that whoever has
been overtaken fails.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from asr.errors import PROBLEM_MEDIA_TYPE
from asr.formats.registry import FORMATS
from asr.settings import GREEDY
from asr.transcript import ModelIdentity, Transcript
from batch import documents, object_keys
from batch.documents import Members, Source
from batch.events import ObjectEvent, is_older
from batch.store import Store


class TakenError(Exception):
    """Where an answer belongs lies something else, which is not overwritten."""


@dataclass(frozen=True)
class Answer:
    """What was found at the keys of one object: tags, by which they can be replaced.

    Attributes
    ----------
    members : dict or None
        The document that answers. Where there are two, neither counts.
    result, refusal : str or None
        Of the two documents.
    companions : mapping of str to str
        By form; of those that are there.
    """

    key: str
    members: Members | None
    result: str | None
    refusal: str | None
    companions: Mapping[str, str]


def find_documents(store: Store, key: str) -> Answer:
    """The answer to the object `key` without its companions; raises TakenError."""
    result, result_tag = _document(store, key, object_keys.result_key(key))
    refusal, refusal_tag = _document(store, key, object_keys.error_key(key))
    members = None if result and refusal else result or refusal
    return Answer(key, members, result_tag, refusal_tag, {})


def find(store: Store, key: str) -> Answer:
    """All of the answer to the object `key`; raises TakenError."""
    tags = {
        form: store.etag(object_keys.companion_key(key, form)) for form in object_keys.COMPANIONS
    }
    companions = {form: tag for form, tag in tags.items() if tag is not None}
    return replace(find_documents(store, key), companions=companions)


def _document(store: Store, key: str, name: str) -> tuple[Members | None, str | None]:
    """Read a document and its tag; raises TakenError if it is not an answer to this object."""
    stored = store.read(name)
    if stored is None:
        return None, None
    try:
        members: Members = json.loads(stored.body)
        answered = members["source"]["key"]
    except (ValueError, KeyError, TypeError) as error:
        raise TakenError(f"{name} is there already, and no answer to {key}") from error
    if answered != key:
        raise TakenError(f"{name} is there already, and answers {answered}, not {key}")
    return members, stored.etag


def answers_event(members: Members, event: ObjectEvent) -> bool:
    """Whether a document speaks of what the event announced, or of something newer."""
    source = members["source"]
    if not source["sequencer"] or not event.sequencer:
        return False
    if is_older(event.sequencer, source["sequencer"]):
        return True
    # LocalStack and moto number all alike; to S3 itself the tag makes no difference.
    same = not is_older(source["sequencer"], event.sequencer)
    return bool(same and source["etag"] == event.etag)


def answers_state(
    members: Members, source: Source, model: ModelIdentity, companions: Sequence[str]
) -> bool:
    """Whether a document is what this model and decoder would give for this state of the object."""
    return bool(
        source.is_state_of(members["source"])
        and members["model"]["sha256"] == model.sha256
        and members["model"].get("decoder", GREEDY) == model.decoder
        and set(companions) <= set(members.get("formats", companions))
    )


def outlives_object(members: Members, event: ObjectEvent) -> bool:
    """Whether a document stands though the object is gone: unless the event is known to be newer.

    So the answers to objects that were cleared away stay.
    """
    sequencer = members["source"]["sequencer"]
    return not (sequencer and event.sequencer and is_older(sequencer, event.sequencer))


@dataclass(frozen=True)
class Publication:
    """Puts an answer in the place of what was found.

    Attributes
    ----------
    check : callable
        Called before each step; what it raises ends the work there.

    Raises
    ------
    ConflictError
        If something else is there by now.
    """

    store: Store
    found: Answer
    check: Callable[[], None]

    def result(self, spoken: Transcript, source: Source, companions: Sequence[str]) -> None:
        """Publish a transcript, in all forms that are wanted."""
        key, replaces = self.found.key, self.found.result
        self._delete(object_keys.error_key(key), self.found.refusal)
        if companions or self.found.companions:
            # Between two results neither would have the companions that it names.
            self._delete(object_keys.result_key(key), replaces)
            replaces = None
        self._delete_companions(besides=companions)
        for form in companions:
            name, rendering = object_keys.companion_key(key, form), FORMATS[form]
            body = rendering.write(spoken).encode()
            self._write(name, body, rendering.media_type, self.found.companions.get(form))
        document = documents.result(spoken, source, companions)
        self._write(
            object_keys.result_key(key), _json(document), FORMATS["json"].media_type, replaces
        )

    def refusal(self, document: Members) -> None:
        """Publish a problem document; no transcript is left."""
        self._delete(object_keys.result_key(self.found.key), self.found.result)
        self._delete_companions(besides=())
        self._write(
            object_keys.error_key(self.found.key),
            _json(document),
            PROBLEM_MEDIA_TYPE,
            self.found.refusal,
        )

    def _delete_companions(self, besides: Sequence[str]) -> None:
        for form, tag in self.found.companions.items():
            if form not in besides:
                self._delete(object_keys.companion_key(self.found.key, form), tag)

    def _write(self, name: str, body: bytes, media_type: str, replaces: str | None) -> None:
        self.check()
        self.store.write(name, body, media_type, replaces)

    def _delete(self, name: str, tag: str | None) -> None:
        if tag is not None:
            self.check()
            self.store.delete(name, tag)


def _json(members: dict[str, Any]) -> bytes:
    # A file's name may hold bytes that are no UTF-8: they stay as the escapes of JSON.
    return json.dumps(members, ensure_ascii=False).encode(errors="backslashreplace")
