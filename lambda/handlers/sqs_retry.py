"""Messages that failed come back when it makes sense to try again, not after the whole time-out.

The queue's visibility time-out has to outlast the function by far; for what another worker is at,
or S3 was too busy for, that would be a long wait.
"""

import math
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from batch.deadline import RetryLaterError
from handlers.observability import logger

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# Where the failure does not say when: after the first, and after all others.
PAUSE_SECONDS, LONG_PAUSE_SECONDS = 120, 600


class PatientProcessor(BatchProcessor):
    """Tells the queue when each failed message is to come back, and logs why.

    Parameters
    ----------
    queue_url : str
        Of the queue that the messages are from; empty: they come back after its time-out.
    """

    def __init__(self, queue_url: str) -> None:
        # Lambda takes the list of failures also where all have failed.
        super().__init__(EventType.SQS, raise_on_entire_batch_failure=False)
        self._queue_url = queue_url
        self._sqs: SQSClient | None = boto3.client("sqs") if queue_url else None

    def failure_handler(self, record: SQSRecord, exception: Any) -> Any:  # noqa: ANN401
        """Powertools' hook for a message whose handler has raised."""
        seconds = pause(exception[1], int(record.attributes.approximate_receive_count))
        logger.warning("message failed", reason=repr(exception[1]), again_in_seconds=seconds)
        if self._sqs is not None:
            try:
                self._sqs.change_message_visibility(
                    QueueUrl=self._queue_url,
                    ReceiptHandle=record.receipt_handle,
                    VisibilityTimeout=seconds,
                )
            except Exception:
                logger.exception("the message comes back after the queue's own time-out")
        return super().failure_handler(record, exception)


def pause(failure: BaseException, receives: int) -> int:
    """Seconds until the next attempt at what has failed after so many receives."""
    if isinstance(failure, RetryLaterError):
        return math.ceil(failure.seconds)
    return PAUSE_SECONDS if receives <= 1 else LONG_PAUSE_SECONDS
