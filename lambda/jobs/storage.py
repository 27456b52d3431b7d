"""The two S3 buckets of jobs: tickets, presigned uploads and results, listings."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from jobs import ids
from jobs.settings import JobSettings
from jobs.tickets import UPLOAD_SECONDS, Ticket

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINK_SECONDS = 15 * 60  # validity of a link to a result
# Links need virtual-hosted addresses: path-style ones lack the region and redirect while a bucket
# is new. All attempts together stay within API Gateway's 29 seconds.
_CONFIG = Config(
    signature_version="s3v4",
    s3={"addressing_style": "virtual"},
    connect_timeout=3,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
)


@dataclass(frozen=True)
class ListedObject:
    """Entry of a bucket listing."""

    etag: str
    bytes: int
    modified: datetime


class JobStorage:
    """Both buckets; the client is created with it, in the init phase of the function."""

    def __init__(self, settings: JobSettings) -> None:
        self.settings = settings
        self._s3: S3Client = boto3.client("s3", config=_CONFIG)

    def save_ticket(self, ticket: Ticket, owner: str) -> None:
        """Write the vocabulary, if there is one, and the ticket, which creates the job."""
        if ticket.vocabulary:
            # Metadata of an object are limited to 2 KB, so the upload names this file.
            self._s3.put_object(
                Bucket=self.settings.output_bucket,
                Key=ids.vocabulary_key(owner, ticket.id),
                Body="\n".join(ticket.vocabulary).encode(),
                ContentType="text/plain; charset=utf-8",
            )
        self._s3.put_object(
            Bucket=self.settings.output_bucket,
            Key=ids.ticket_key(owner, ticket.id),
            Body=json.dumps(ticket.to_json()),
            ContentType="application/json",
        )

    def load_ticket(self, owner: str, job_id: str) -> Ticket:
        """Read a ticket that exists."""
        return Ticket.from_json(self.load_json(ids.ticket_key(owner, job_id)))

    def upload_form(self, ticket: Ticket) -> dict[str, Any]:
        """Presigned POST: `url`, and the `fields` that precede the file in the form.

        S3 rejects an upload with another size, content type or key, or one that begins later.
        """
        fields = {
            "Content-Type": ticket.content_type,
            "x-amz-meta-formats": ",".join(ticket.formats),
        }
        if ticket.decoder:
            fields["x-amz-meta-decoder"] = ticket.decoder
        if ticket.punctuate is not None:
            fields["x-amz-meta-punctuate"] = str(ticket.punctuate).lower()
        if ticket.vocabulary:
            owner = ticket.key.split("/")[1]
            fields["x-amz-meta-vocabulary-key"] = ids.vocabulary_key(owner, ticket.id)
        if ticket.channels:
            fields["x-amz-meta-channels"] = ticket.channels
        if ticket.channel_names:
            fields["x-amz-meta-channel-names"] = quote(",".join(ticket.channel_names), safe=", ")
        size = ["content-length-range", 1, self.settings.max_bytes]
        form: dict[str, Any] = self._s3.generate_presigned_post(
            self.settings.input_bucket,
            ticket.key,
            Fields=dict(fields),
            Conditions=[size, *({name: value} for name, value in fields.items())],
            ExpiresIn=UPLOAD_SECONDS,
        )
        return form

    def list_uploads(self, owner: str, job_id: str) -> dict[str, ListedObject]:
        """Uploads of a job, by key."""
        return self._list(self.settings.input_bucket, ids.prefix(owner, job_id))

    def list_outputs(self, owner: str, job_id: str) -> dict[str, ListedObject]:
        """Ticket and results of a job, by key."""
        return self._list(self.settings.output_bucket, ids.prefix(owner, job_id))

    def load_json(self, key: str) -> dict[str, Any]:
        """Read a JSON document of the output bucket that exists."""
        response = self._s3.get_object(Bucket=self.settings.output_bucket, Key=key)
        document: dict[str, Any] = json.load(response["Body"])
        return document

    def load_json_if_present(self, key: str) -> dict[str, Any] | None:
        """Read a JSON document of the output bucket; None if it does not exist.

        A listing comes first: without permission to list the whole bucket, S3 answers 403 instead
        of 404 for a missing object. The object may be deleted between the two requests.
        """
        if key not in self._list(self.settings.output_bucket, key):
            return None
        try:
            return self.load_json(key)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "AccessDenied"}:
                return None
            raise

    def presigned_url(self, key: str) -> str:
        """Presigned link to an object of the output bucket."""
        return self._s3.generate_presigned_url(
            "get_object",
            Params={"Bucket": self.settings.output_bucket, "Key": key},
            ExpiresIn=LINK_SECONDS,
        )

    def _list(self, bucket: str, prefix: str) -> dict[str, ListedObject]:
        # A job has far fewer objects than the 1,000 of one page.
        page = self._s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
        return {
            entry["Key"]: ListedObject(
                entry["ETag"].strip('"'), entry["Size"], entry["LastModified"]
            )
            for entry in page.get("Contents", [])
        }
