"""The batch function: transcribes S3 objects to documents in the output bucket.

For an SQS event the result is the list of failed messages. For an event of S3, EventBridge or the
Distributed Map of a state machine it is the outcome of each object; an error is raised if one of
them must be retried.
"""

import os
from functools import cache, partial
from typing import Any

from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from asr.settings import Settings
from asr.transcriber import warm_transcriber
from batch import events, s3
from batch.deadline import Deadline
from batch.events import ObjectEvent
from batch.worker import Outcome, Worker
from handlers.observability import logger, metrics, record_error, record_transcription, tracer
from handlers.preload import preload
from handlers.sqs_retry import BackoffBatchProcessor

settings = Settings.from_environment()
processor = BackoffBatchProcessor(settings.queue_url)


@cache
def warm_worker(settings: Settings) -> Worker:
    """The Worker of this process, created at the first call."""
    client = s3.client()
    store = s3.S3OutputStore(client, settings.output_bucket)
    return Worker(s3.S3InputStore(client), store, warm_transcriber(settings), settings)


def process_objects(objects: list[ObjectEvent], deadline: Deadline) -> list[Outcome]:
    """Transcribe each object; the first error is raised after all have been processed."""
    outcomes, failures = [], []
    for event in objects:
        try:
            outcomes.append(_process(event, deadline))
        except Exception as failure:
            logger.warning("object must be retried", key=event.key, reason=repr(failure))
            failures.append(failure)
    if failures:
        raise failures[0]
    return outcomes


def _process(event: ObjectEvent, deadline: Deadline) -> Outcome:
    outcome = warm_worker(settings).process(event, deadline)
    logger.info("object processed", key=event.key, status=outcome.status)
    if outcome.transcript is not None:
        record_transcription(outcome.transcript)
    if outcome.error is not None:
        record_error(outcome.error.code, outcome.error.detail)
    return outcome


def _process_message(record: SQSRecord, deadline: Deadline) -> None:
    process_objects(events.parse_message(record.body), deadline)


def invocation_deadline(context: LambdaContext) -> Deadline:
    """Deadline of an invocation that has just begun."""
    return Deadline(
        remaining=lambda: context.get_remaining_time_in_millis() / 1000,
        total=context.get_remaining_time_in_millis() / 1000,
    )


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda entry point."""
    deadline = invocation_deadline(context)
    if events.is_sqs_batch(event):
        record_handler = partial(_process_message, deadline=deadline)
        return dict(process_partial_response(event, record_handler, processor, context))
    outcomes = process_objects(events.parse_event(event), deadline)
    return {"outcomes": [{"key": outcome.key, "status": outcome.status} for outcome in outcomes]}


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    preload(settings)
