"""SQS batch processor with a back-off: sets the visibility time-out of each failed message.

The queue's own visibility time-out must exceed the function's time-out by far, which is too long a
delay if another worker holds the lease or S3 throttled the function.
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

# Delays after the first and after later failures that do not specify one.
FIRST_RETRY_SECONDS, RETRY_SECONDS = 120, 600


class BackoffBatchProcessor(BatchProcessor):
    """Batch processor that logs each failure and delays the retry of its message.

    Parameters
    ----------
    queue_url : str
        Queue of the messages; empty to leave the retry to its visibility time-out.
    """

    def __init__(self, queue_url: str) -> None:
        # Lambda accepts the list of failures even if all messages failed.
        super().__init__(EventType.SQS, raise_on_entire_batch_failure=False)
        self._queue_url = queue_url
        self._sqs: SQSClient | None = boto3.client("sqs") if queue_url else None

    def failure_handler(self, record: SQSRecord, exception: Any) -> Any:  # noqa: ANN401
        """Handle a message whose record handler raised (hook of Powertools)."""
        seconds = retry_delay(exception[1], int(record.attributes.approximate_receive_count))
        logger.warning("message failed", reason=repr(exception[1]), retry_seconds=seconds)
        if self._sqs is not None:
            try:
                self._sqs.change_message_visibility(
                    QueueUrl=self._queue_url,
                    ReceiptHandle=record.receipt_handle,
                    VisibilityTimeout=seconds,
                )
            except Exception:
                logger.exception("retry follows the queue's visibility time-out")
        return super().failure_handler(record, exception)


def retry_delay(failure: BaseException, receive_count: int) -> int:
    """Seconds until the next attempt at a message that has been received `receive_count` times."""
    if isinstance(failure, RetryLaterError):
        return math.ceil(failure.seconds)
    return FIRST_RETRY_SECONDS if receive_count <= 1 else RETRY_SECONDS
