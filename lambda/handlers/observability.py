"""Logs, traces and metrics of all handlers; neither audio nor transcripts ever go into them."""

import warnings

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from asr.transcript import Transcript

# Service and namespace come from POWERTOOLS_SERVICE_NAME and POWERTOOLS_METRICS_NAMESPACE.
NAMESPACE = "ServerlessASR"
logger = Logger()
tracer = Tracer()
metrics = Metrics(namespace=NAMESPACE)
# A health check or a refusal has nothing to measure, and that is no fault.
warnings.filterwarnings("ignore", "No application metrics to publish", UserWarning)


def record(transcript: Transcript) -> None:
    """Log and measure one transcription."""
    timing = transcript.timing
    metrics.add_metric("AudioSeconds", MetricUnit.Seconds, transcript.duration)
    metrics.add_metric("DecodeMs", MetricUnit.Milliseconds, timing.decode_ms)
    metrics.add_metric("InferenceMs", MetricUnit.Milliseconds, timing.inference_ms)
    metrics.add_metric("RealTimeFactor", MetricUnit.NoUnit, timing.real_time_factor)
    logger.info(
        "transcribed",
        audio_seconds=transcript.duration,
        words=len(transcript.words),
        decode_ms=timing.decode_ms,
        inference_ms=timing.inference_ms,
        model=transcript.model.name,
    )


def record_error(code: str, detail: str) -> None:
    """Log and count one refusal, by its code."""
    logger.warning("refused", code=code, detail=detail)
    refusals = EphemeralMetrics(namespace=NAMESPACE)  # apart, for its dimension is its own
    refusals.add_dimension("code", code)
    refusals.add_metric("Errors", MetricUnit.Count, 1)
    refusals.flush_metrics()
