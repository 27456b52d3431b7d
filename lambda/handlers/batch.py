"""The batch function: objects that were written, transcribed to documents in the output bucket.

They come by SQS, with the messages that failed as the answer; or from S3, EventBridge or the
Distributed Map of a state machine, with an outcome for each object as the answer, or an error if
one has to be tried again.
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
from handlers.observability import logger, metrics, record_error, tracer
from handlers.observability import record as measure
from handlers.preload import preload
from handlers.sqs_retry import PatientProcessor

settings = Settings.from_environment()
processor = PatientProcessor(settings.queue_url)


@cache
def warm_worker(settings: Settings) -> Worker:
    """The one Worker of this process: made at the first call, kept while it is warm."""
    client = s3.client()
    store = s3.S3OutputStore(client, settings.output_bucket)
    return Worker(s3.S3InputStore(client), store, warm_transcriber(settings), settings)


def answer_all(objects: list[ObjectEvent], deadline: Deadline) -> list[Outcome]:
    """Answer each object; raises the first error only after all had their turn."""
    outcomes, failures = [], []
    for written in objects:
        try:
            outcomes.append(_answer(written, deadline))
        except Exception as failure:
            logger.warning("to be tried again", key=written.key, reason=repr(failure))
            failures.append(failure)
    if failures:
        raise failures[0]
    return outcomes


def _answer(written: ObjectEvent, deadline: Deadline) -> Outcome:
    outcome = warm_worker(settings).process(written, deadline)
    logger.info("answered", key=written.key, status=outcome.status)
    if outcome.transcript is not None:
        measure(outcome.transcript)
    if outcome.error is not None:
        record_error(outcome.error.code, outcome.error.detail)
    return outcome


def _answer_message(record: SQSRecord, deadline: Deadline) -> None:
    answer_all(events.parse_message(record.body), deadline)


def deadline_of(context: LambdaContext) -> Deadline:
    """The deadline of an invocation that has just begun."""
    return Deadline(
        remaining=lambda: context.get_remaining_time_in_millis() / 1000,
        total=context.get_remaining_time_in_millis() / 1000,
    )


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point."""
    deadline = deadline_of(context)
    if events.is_sqs_batch(event):
        answer_message = partial(_answer_message, deadline=deadline)
        return dict(process_partial_response(event, answer_message, processor, context))
    outcomes = answer_all(events.parse_event(event), deadline)
    return {"outcomes": [{"key": outcome.key, "status": outcome.status} for outcome in outcomes]}


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    preload(settings)
