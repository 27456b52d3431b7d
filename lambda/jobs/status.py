"""What has become of a job, told from what lies in its two buckets."""

from datetime import datetime
from typing import Any

from jobs import names
from jobs.storage import Storage, Stored
from jobs.tickets import Ticket

# Of a result within an answer. Lambda's is 6 MB at most, and quotes and accents are escaped in it;
# this is about three hours of speech.
MAX_INLINE_BYTES = 2 * 1024 * 1024
_EXTENSIONS = {"json": ".json", "text": ".txt", "srt": ".srt", "vtt": ".vtt"}


def look_up(storage: Storage, owner: str, job_id: str, now: datetime) -> dict[str, Any] | None:
    """The members of the answer to `GET /v1/jobs/{id}`; None if `owner` has no such job."""
    outputs = storage.outputs(owner, job_id)
    if names.ticket_key(owner, job_id) not in outputs:
        return None
    ticket = storage.ticket(owner, job_id)
    upload = storage.uploads(owner, job_id).get(ticket.key)
    return {
        "id": ticket.id,
        "file_name": ticket.file_name,
        "content_type": ticket.content_type,
        "formats": list(ticket.formats),
        "expires_at": ticket.expires_at,
        **(
            _outcome(storage, ticket, upload, outputs)
            or {"status": _progress(ticket, upload, outputs, now)}
        ),
    }


def _outcome(
    storage: Storage, ticket: Ticket, upload: Stored | None, outputs: dict[str, Stored]
) -> dict[str, Any] | None:
    """What the batch function has made of the upload; None while there is nothing of it."""
    return None


def _progress(
    ticket: Ticket, upload: Stored | None, outputs: dict[str, Stored], now: datetime
) -> str:
    if upload is None:
        return "awaiting_upload"
    return "queued"
