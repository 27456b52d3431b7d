"""Loads the model during Lambda's init phase, which has full CPU speed and precedes any request."""

from asr.errors import AsrError
from asr.settings import Settings
from asr.transcriber import warm_transcriber
from handlers.observability import logger


def preload(settings: Settings) -> None:
    """Load the model; an error is only logged, and raised again by the first request.

    An exception in the init phase would look like a crash of the function.
    """
    try:
        warm_transcriber(settings)
    except AsrError as error:
        logger.error("model not preloaded", detail=error.detail)
