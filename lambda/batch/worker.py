"""One object from its event to its answer.

What can never succeed is answered with a problem document; what may succeed later is raised. An
event only says that an object was written: what is transcribed is the object as it is now.
"""

from dataclasses import dataclass, replace
from typing import Literal

from asr.audio import audio
from asr.errors import AsrError, AudioGoneError, MalformedRequestError, TooLongError
from asr.settings import DECODERS, Settings, names
from asr.transcriber import Transcriber
from asr.transcript import ModelIdentity, Transcript
from batch import (
    documents,
    lease,
    object_keys,
)
from batch import (
    publication as answers,
)
from batch.deadline import Deadline, Pace, RetryLaterError
from batch.documents import Source
from batch.events import ObjectEvent
from batch.lease import Lease
from batch.publication import Answer, Publication
from batch.store import Audio, ConflictError, SourceChangedError, Sources, Store

ATTEMPTS = 3  # at an object that changes while it is read
CHANGING_SECONDS = 10.0


class ChangingError(RetryLaterError):
    """The object, or its answer, does not come to rest."""


@dataclass(frozen=True)
class Outcome:
    """What became of one event: a transcript, a refusal, or nothing, for it was answered before."""

    key: str
    status: Literal["transcribed", "refused", "up_to_date"]
    transcript: Transcript | None = None
    error: AsrError | None = None


class Worker:
    """Answers objects, one at a time, with an open model; knows at which pace it works.

    Raises
    ------
    ValueError
        If the settings name a form that there is not.
    """

    def __init__(
        self, sources: Sources, store: Store, transcriber: Transcriber, settings: Settings
    ) -> None:
        self._sources = sources
        self._store = store
        self._transcriber = transcriber
        self._budget = audio.Budget(settings.batch_max_seconds)
        self._formats = settings.batch_formats
        self._speeds: dict[str, float | None] = {}
        if unknown := set(self._formats) - set(object_keys.COMPANIONS):
            raise ValueError(f"BATCH_FORMATS names {', '.join(sorted(unknown))}")

    def answer(self, event: ObjectEvent, deadline: Deadline) -> Outcome:
        """Answer one event, unless it is answered already.

        Raises
        ------
        RetryLaterError
            If another is at it, or time is up, or the object does not come to rest.
        What S3 raises
            If that may pass.
        TakenError
            If where the answer belongs lies something else.
        """
        if self._stands(answers.find_documents(self._store, event.key), event):
            return Outcome(event.key, "up_to_date")
        deadline.check()
        with lease.held(self._store, event.key, deadline) as claim:
            for _ in range(ATTEMPTS):
                try:
                    return self._answer(event, deadline, claim)
                except (SourceChangedError, ConflictError):
                    claim.check()
        raise ChangingError(f"{event.key!r} changes while it is read", CHANGING_SECONDS)

    def _answer(self, event: ObjectEvent, deadline: Deadline, claim: Lease) -> Outcome:
        # The answer before the source: who is overtaken in between fails to replace it.
        found = answers.find(self._store, event.key)
        if self._stands(found, event):
            return Outcome(event.key, "up_to_date")
        publication = Publication(self._store, found, claim.check)
        source, model = Source.announced(event), self._transcriber.identity
        try:
            current = self._sources.current(event.bucket, event.key)
            source, model = current.source.known_by(event), self._model(current)
            companions = self._companions(current)
            spoken = self._transcribe(source, model.decoder, deadline)
        except AsrError as error:
            publication.refusal(documents.refusal(error, source, model))
            outcome = Outcome(event.key, "refused", error=error)
        else:
            publication.result(spoken, source, companions)
            outcome = Outcome(event.key, "transcribed", transcript=spoken)
        self._check_unchanged(source)
        return outcome

    def _stands(self, found: Answer, event: ObjectEvent) -> bool:
        """Whether there is nothing to do, for a document answers the event, or the object."""
        document = found.members
        if document is None:
            return False
        if answers.answers_event(document, event):
            return True
        try:
            current = self._sources.current(event.bucket, event.key)
        except AudioGoneError:
            return answers.outlives_object(document, event)
        try:
            companions = self._companions(current)
        except MalformedRequestError:
            companions = ()
        model = self._model(current)
        return answers.answers_state(document, current.source, model, companions)

    def _model(self, found: Audio) -> ModelIdentity:
        """The model with the decoder that the object asks for, or with its own."""
        model = self._transcriber.identity
        return replace(model, decoder=found.decoder or model.decoder)

    def _companions(self, found: Audio) -> tuple[str, ...]:
        """The forms wanted besides JSON; raises MalformedRequestError for one that there is not."""
        if found.formats is None:
            return self._formats
        wanted = tuple(dict.fromkeys(names(found.formats)))
        if unknown := set(wanted) - {"json", *object_keys.COMPANIONS}:
            raise MalformedRequestError(
                f"The object asks for the format {min(unknown)!r}; there are json, "
                f"{', '.join(object_keys.COMPANIONS)}."
            )
        return tuple(form for form in wanted if form != "json")

    def _transcribe(self, source: Source, decoder: str, deadline: Deadline) -> Transcript:
        """Transcribe a state of an object, unless it is clear that time does not suffice."""
        if decoder not in DECODERS:
            raise MalformedRequestError(
                f"The object asks for the decoder {decoder!r}; there are {', '.join(DECODERS)}."
            )
        with self._sources.open(source) as file:
            announced = audio.announced_seconds(file)
            if announced is not None and announced > self._budget.max_seconds:
                raise TooLongError(
                    f"The audio has {announced:.0f} seconds by its header; "
                    f"up to {self._budget.max_seconds:.0f} are transcribed."
                )
            pace = Pace(deadline, announced, self._speeds.get(decoder))
            try:
                return self._transcriber.transcribe_stream(file, self._budget, pace, decoder)
            finally:
                self._speeds[decoder] = pace.speed

    def _check_unchanged(self, source: Source) -> None:
        """Raise SourceChangedError if the object is another than what has just been answered.

        So no answer is left behind that was overtaken unseen: by an object that nobody announces,
        or because others have answered twice in between, and cleared away what would have shown it.
        """
        try:
            current = self._sources.current(source.bucket, source.key)
        except AudioGoneError:
            return
        if not current.source.is_state_of(source):
            raise SourceChangedError(source.key)
