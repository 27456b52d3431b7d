"""The routes `POST /v1/transcribe` and `GET /v1/health`."""

from functools import partial
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver

from asr.audio import audio
from asr.audio.audio import Budget
from asr.channel_transcription import transcribe_channels
from asr.errors import AsrError, ClipTooLongError, TooLargeError, TooLongError
from asr.settings import Settings
from asr.transcriber import warm_transcriber
from asr.transcript import Transcript
from handlers.http import requests
from handlers.http.app import JobAccepts
from handlers.http.bodies import MAX_AUDIO_BYTES
from handlers.http.openai_requests import OpenAIRequest
from handlers.http.requests import TranscriptionRequest
from handlers.observability import record_transcription
from jobs.settings import JobSettings


def transcribe_request(
    request: TranscriptionRequest | OpenAIRequest, settings: Settings
) -> Transcript:
    """Transcribe the audio of a request and record its metrics; raises AsrError."""
    budget = Budget(settings.request_max_seconds)
    given = request.vocabulary if request.vocabulary.phrases else None
    vocabulary = settings.vocabulary_for(request.decoder, given)
    transcriber = warm_transcriber(settings)
    if request.channels is None:
        transcribe = transcriber.transcribe
    else:
        transcribe = partial(transcribe_channels, transcriber, separate=request.channels)
    try:
        transcript = transcribe(
            request.audio,
            budget=budget,
            decoder=request.decoder,
            track=request.track,
            vocabulary=vocabulary,
        )
    except TooLongError as error:
        error.seconds = audio.header_duration(request.audio)
        raise
    record_transcription(transcript)
    punctuate = settings.punctuate if request.punctuate is None else request.punctuate
    return transcript if punctuate else transcript.plain()


def job_accepts(settings: Settings, jobs: JobSettings | None) -> JobAccepts:
    """Whether a job would take audio that was refused with an error; never without jobs."""

    def accepts(error: AsrError) -> bool:
        if jobs is None or isinstance(error, ClipTooLongError):
            return False
        if isinstance(error, TooLongError):
            longer = settings.batch_max_seconds > settings.request_max_seconds
            return longer and (error.seconds or 0) <= settings.batch_max_seconds
        if isinstance(error, TooLargeError):
            # A clip of one word that is so large would be refused for its length.
            is_keyword = warm_transcriber(settings).manifest.kind == "keyword"
            return jobs.max_bytes > MAX_AUDIO_BYTES and not is_keyword
        return False

    return accepts


def add_transcription_routes(app: ApiGatewayResolver, settings: Settings) -> None:
    """Add `/v1/transcribe` and `/v1/health` to `app`."""

    @app.post("/v1/transcribe")
    def transcribe() -> Response[Any]:
        # No parameters: options of the query, of JSON and of forms are checked in one place.
        request = requests.from_http(app.current_event)
        transcript = transcribe_request(request, settings)
        return Response(200, request.output_format.media_type, request.body(transcript))

    @app.get("/v1/health")
    def health() -> dict[str, Any]:
        """Load the model if necessary, and describe it."""
        transcriber = warm_transcriber(settings)
        return {
            "status": "ok",
            "model": transcriber.identity,
            "decoders": transcriber.decoders,
            "punctuation": transcriber.writes_punctuation,
        }
