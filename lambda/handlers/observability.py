"""Logs, traces and metrics of all handlers; they never contain audio or transcripts."""

import warnings

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from asr.transcript import Transcript

NAMESPACE = "ServerlessASR"  # POWERTOOLS_METRICS_NAMESPACE takes precedence
logger = Logger()
tracer = Tracer()
metrics = Metrics(namespace=NAMESPACE)
# Health checks and rejected requests have no metrics to publish.
warnings.filterwarnings("ignore", "No application metrics to publish", UserWarning)


def record_transcription(transcript: Transcript) -> None:
    """Log a transcription and publish its metrics."""
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
    """Log an error and count it by its code."""
    logger.warning("rejected", code=code, detail=detail)
    # A separate metric set, because the dimension applies to this metric only.
    errors = EphemeralMetrics(namespace=NAMESPACE)
    errors.add_dimension("code", code)
    errors.add_metric("Errors", MetricUnit.Count, 1)
    errors.flush_metrics()
