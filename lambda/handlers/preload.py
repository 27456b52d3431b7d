"""The model is opened while Lambda initialises, which runs at full speed and before any request."""

from asr.errors import AsrError
from asr.settings import Settings
from asr.transcriber import warm_transcriber
from handlers.observability import logger


def preload(settings: Settings) -> None:
    """Open the model, and leave a fault to the first request, which reports it.

    One in this phase would only look like a crash.
    """
    try:
        warm_transcriber(settings)
    except AsrError as error:
        logger.error("model not preloaded", detail=error.detail)
