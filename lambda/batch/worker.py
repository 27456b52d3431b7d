"""Process one object: transcribe its current version and publish the output documents.

A permanent failure is published as an error document; a temporary one is raised, to be retried. An
event only announces that an object was written: the current version is transcribed.
"""

from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import unquote

from asr import channels
from asr.audio import audio
from asr.channel_transcription import transcribe_channels
from asr.errors import AsrError, AudioGoneError, MalformedRequestError, TooLongError
from asr.settings import BEAM, DECODERS, Settings
from asr.transcriber import Transcriber
from asr.transcript import ModelIdentity, Transcript
from batch import documents, lease, publication
from batch.deadline import Deadline, RetryLaterError, RuntimeEstimate
from batch.documents import SourceObject
from batch.events import ObjectEvent
from batch.lease import Lease
from batch.object_vocabulary import object_vocabulary
from batch.output_options import OutputOptions
from batch.publication import Publication, StoredOutput
from batch.store import ConflictError, InputAudio, InputStore, OutputStore, SourceChangedError

ATTEMPTS = 3  # at an object that changes while it is read
UNSTABLE_SECONDS = 10.0  # until the next attempt after these


class UnstableSourceError(RetryLaterError):
    """The object, or its output, keeps changing while it is processed."""


@dataclass(frozen=True)
class Outcome:
    """Outcome of one event: a transcript, a permanent error, or nothing to do."""

    key: str
    status: Literal["transcribed", "rejected", "up_to_date"]
    transcript: Transcript | None = None
    error: AsrError | None = None


class Worker:
    """Processes objects one at a time with an open model, whose speed it measures.

    Raises
    ------
    ValueError
        If the settings name an unknown format.
    """

    def __init__(
        self, inputs: InputStore, outputs: OutputStore, transcriber: Transcriber, settings: Settings
    ) -> None:
        self._inputs = inputs
        self._outputs = outputs
        self._transcriber = transcriber
        self._budget = audio.Budget(settings.batch_max_seconds)
        self._settings = settings
        self._options = OutputOptions.from_settings(settings)
        self._real_time_factors: dict[str, float | None] = {}  # by decoder

    def process(self, event: ObjectEvent, deadline: Deadline) -> Outcome:
        """Process the object of one event, unless its output is up to date.

        Raises
        ------
        RetryLaterError
            If another worker holds the lease, time is short, or the object keeps changing.
        Exceptions of the store
            If they may be temporary.
        KeyConflictError
            If the key of an output document holds something else.
        """
        if self._is_up_to_date(publication.load_documents(self._outputs, event.key), event):
            return Outcome(event.key, "up_to_date")
        deadline.check()
        with lease.acquire(self._outputs, event.key, deadline) as held:
            for _ in range(ATTEMPTS):
                try:
                    return self._process(event, deadline, held)
                except (SourceChangedError, ConflictError):
                    held.check()
        raise UnstableSourceError(
            f"{event.key!r} keeps changing while it is read", UNSTABLE_SECONDS
        )

    def _process(self, event: ObjectEvent, deadline: Deadline, held: Lease) -> Outcome:
        # The output is loaded before the audio: a worker overtaken in between cannot replace it.
        stored = publication.load_output(self._outputs, event.key)
        if self._is_up_to_date(stored, event):
            return Outcome(event.key, "up_to_date")
        replacement = Publication(self._outputs, stored, held.check)
        source, model = SourceObject.from_event(event), self._transcriber.identity
        options = OutputOptions()
        try:
            current = self._inputs.head(event.bucket, event.key)
            source = current.source.with_sequencer_from(event)
            model = self._model_for(current, options)
            options = self._options_for(current)
            model = self._model_for(current, options)
            transcript = self._transcribe(source, model.decoder, options, deadline)
        except AsrError as error:
            document = documents.error_document(error, source, model)
            replacement.publish_error(document | options.error_members)
            outcome = Outcome(event.key, "rejected", error=error)
        else:
            replacement.publish_result(transcript, source, options)
            outcome = Outcome(event.key, "transcribed", transcript=transcript)
        self._check_unchanged(source)
        return outcome

    def _is_up_to_date(self, stored: StoredOutput, event: ObjectEvent) -> bool:
        """Whether a stored document covers the event, or the object's current version."""
        document = stored.document
        if document is None:
            return False
        if publication.covers_event(document, event):
            return True
        try:
            current = self._inputs.head(event.bucket, event.key)
        except AudioGoneError:
            return publication.survives_deletion(document, event)
        try:
            options = self._options_for(current)
        except MalformedRequestError:
            options = replace(self._options, extra_formats=(), channels=None)
        model = self._model_for(current, options)
        return publication.covers_version(document, current.source, model, options)

    def _options_for(self, current: InputAudio) -> OutputOptions:
        """Options of an object; raises MalformedRequestError for an unknown value."""
        options = self._options.with_metadata(current.formats, current.punctuate)
        if current.channels or current.channel_names:
            names = unquote(current.channel_names) if current.channel_names else None
            options = replace(options, channels=channels.parse(current.channels, names))
        given = object_vocabulary(current, self._outputs)
        vocabulary = self._settings.vocabulary_for(current.decoder, given)
        return replace(options, vocabulary=vocabulary)

    def _model_for(self, current: InputAudio, options: OutputOptions) -> ModelIdentity:
        """Identity of the model with the decoder of the metadata, or that a vocabulary implies."""
        model = self._transcriber.identity
        implied = BEAM if options.vocabulary.phrases else model.decoder
        return replace(model, decoder=current.decoder or implied)

    def _transcribe(
        self, source: SourceObject, decoder: str, options: OutputOptions, deadline: Deadline
    ) -> Transcript:
        """Transcribe one version of an object, stopping once time cannot suffice."""
        if decoder not in DECODERS:
            raise MalformedRequestError(
                f"The object's metadata names the unknown decoder {decoder!r}; choose from "
                f"{', '.join(DECODERS)}."
            )
        with self._inputs.open(source) as file:
            header_duration = audio.header_duration(file)
            if header_duration is not None and header_duration > self._budget.max_seconds:
                raise TooLongError(
                    f"The audio has {header_duration:.0f} seconds by its header; "
                    f"the maximum is {self._budget.max_seconds:.0f}."
                )
            estimate = RuntimeEstimate(
                deadline, header_duration, self._real_time_factors.get(decoder)
            )
            try:
                if options.channels:
                    return transcribe_channels(
                        self._transcriber,
                        file,
                        options.channels,
                        self._budget,
                        estimate,
                        decoder,
                        vocabulary=options.vocabulary,
                    )
                return self._transcriber.transcribe_stream(
                    file, self._budget, estimate, decoder, vocabulary=options.vocabulary
                )
            finally:
                self._real_time_factors[decoder] = estimate.real_time_factor

    def _check_unchanged(self, source: SourceObject) -> None:
        """Raise SourceChangedError if the object has changed since its output was published.

        Otherwise an outdated output could stay: after a change without an event, or after two other
        workers have replaced the output and removed what would have caused a conflict.
        """
        try:
            current = self._inputs.head(source.bucket, source.key)
        except AudioGoneError:
            return
        if not current.source.is_same_version_as(source):
            raise SourceChangedError(source.key)
