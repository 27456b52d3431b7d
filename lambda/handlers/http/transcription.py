"""The routes `POST /v1/transcribe` and `GET /v1/health`."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.openapi.params import Query

from asr.audio.audio import Budget
from asr.formats.registry import Format
from asr.settings import Decoder, Settings
from asr.transcriber import warm_transcriber
from asr.transcript import Transcript
from handlers.http import requests
from handlers.http.openai_requests import OpenAIRequest
from handlers.http.requests import DECODER_DESCRIPTION, TranscriptionRequest
from handlers.observability import record_transcription


def transcribe_request(
    request: TranscriptionRequest | OpenAIRequest, settings: Settings
) -> Transcript:
    """Transcribe the audio of a request and record its metrics; raises AsrError."""
    budget = Budget(settings.request_max_seconds)
    transcript = warm_transcriber(settings).transcribe(request.audio, budget, request.decoder)
    record_transcription(transcript)
    return transcript


def add_transcription_routes(app: ApiGatewayResolver, settings: Settings) -> None:
    """Add `/v1/transcribe` and `/v1/health` to `app`."""

    @app.post("/v1/transcribe")
    def transcribe(
        format: Annotated[Format, Query(description="Format of the response")] = "json",
        timestamps: Annotated[bool, Query(description="Whether json has `words`")] = True,
        decoder: Annotated[Decoder | None, Query(description=DECODER_DESCRIPTION)] = None,
    ) -> Response[Any]:
        # Powertools validates and documents the parameters. Their values are read from the event,
        # because keys of a JSON body take precedence over them.
        request = requests.from_http(app.current_event)
        transcript = transcribe_request(request, settings)
        return Response(200, request.output_format.media_type, request.body(transcript))

    @app.get("/v1/health")
    def health() -> dict[str, Any]:
        """Load the model if necessary, and describe it."""
        transcriber = warm_transcriber(settings)
        return {"status": "ok", "model": transcriber.identity, "decoders": transcriber.decoders}
