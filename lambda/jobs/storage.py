"""The two buckets of jobs: tickets, presigned uploads, presigned results, and what lies there."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from jobs import ids
from jobs.settings import JobSettings
from jobs.tickets import UPLOAD_SECONDS, Ticket

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINK_SECONDS = 15 * 60  # how long the link to a result can be followed
# Virtual addresses, or links name no region, and redirect while a bucket is new. All tries together
# stay within API Gateway's 29 seconds; a bucket answers in a fraction of one.
_CONFIG = Config(
    signature_version="s3v4",
    s3={"addressing_style": "virtual"},
    connect_timeout=3,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
)


@dataclass(frozen=True)
class Stored:
    """An object as a listing shows it."""

    etag: str
    bytes: int
    modified: datetime


class Storage:
    """Both buckets, with a client that is made at once: while a function initialises."""

    def __init__(self, settings: JobSettings) -> None:
        self.settings = settings
        self._s3: S3Client = boto3.client("s3", config=_CONFIG)

    def keep_ticket(self, ticket: Ticket, owner: str) -> None:
        """Write the ticket, from which on the job exists."""
        self._s3.put_object(
            Bucket=self.settings.output_bucket,
            Key=ids.ticket_key(owner, ticket.id),
            Body=json.dumps(ticket.to_json()),
            ContentType="application/json",
        )

    def ticket(self, owner: str, job_id: str) -> Ticket:
        """Read a ticket that a listing has shown."""
        return Ticket.from_json(self.read(ids.ticket_key(owner, job_id)))

    def upload_form(self, ticket: Ticket) -> dict[str, Any]:
        """A presigned POST: `url`, and the `fields` that go before the file in the form.

        S3 itself refuses an upload of another size, content type or key, or that is begun later.
        """
        fields = {
            "Content-Type": ticket.content_type,
            "x-amz-meta-formats": ",".join(ticket.formats),
        }
        if ticket.decoder:
            fields["x-amz-meta-decoder"] = ticket.decoder
        size = ["content-length-range", 1, self.settings.max_bytes]
        form: dict[str, Any] = self._s3.generate_presigned_post(
            self.settings.input_bucket,
            ticket.key,
            Fields=dict(fields),
            Conditions=[size, *({name: value} for name, value in fields.items())],
            ExpiresIn=UPLOAD_SECONDS,
        )
        return form

    def uploads(self, owner: str, job_id: str) -> dict[str, Stored]:
        """What was uploaded for a job, by key."""
        return self._list(self.settings.input_bucket, ids.prefix(owner, job_id))

    def outputs(self, owner: str, job_id: str) -> dict[str, Stored]:
        """The ticket, the results and what else there is of a job, by key."""
        return self._list(self.settings.output_bucket, ids.prefix(owner, job_id))

    def read(self, key: str) -> dict[str, Any]:
        """Read a JSON document of the output bucket, which a listing has shown."""
        answer = self._s3.get_object(Bucket=self.settings.output_bucket, Key=key)
        document: dict[str, Any] = json.load(answer["Body"])
        return document

    def find(self, key: str) -> dict[str, Any] | None:
        """Read a JSON document of the output bucket that may come and go; None if it is not there.

        Looked for by listing: to whom may not list a whole bucket, S3 says of a missing object only
        that it is forbidden. What a listing has shown may be gone when it is read.
        """
        if key not in self._list(self.settings.output_bucket, key):
            return None
        try:
            return self.read(key)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "AccessDenied"}:
                return None
            raise

    def link(self, key: str) -> str:
        """A presigned link to an object of the output bucket."""
        return self._s3.generate_presigned_url(
            "get_object",
            Params={"Bucket": self.settings.output_bucket, "Key": key},
            ExpiresIn=LINK_SECONDS,
        )

    def _list(self, bucket: str, prefix: str) -> dict[str, Stored]:
        # A job has far fewer objects than the thousand of one page.
        page = self._s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
        return {
            found["Key"]: Stored(found["ETag"].strip('"'), found["Size"], found["LastModified"])
            for found in page.get("Contents", [])
        }
