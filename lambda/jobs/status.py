"""Status of a job, derived from the objects in its two buckets."""

from datetime import datetime
from typing import Any

from batch import object_keys
from jobs import ids
from jobs.storage import JobStorage, ListedObject
from jobs.tickets import Ticket

# Size of a transcript within a response. Lambda's limit is 6 MB, in which quotes and accents are
# escaped; this is about three hours of speech.
MAX_INLINE_BYTES = 2 * 1024 * 1024

Document = dict[str, Any]


def job_status(storage: JobStorage, owner: str, job_id: str, now: datetime) -> Document | None:
    """Body of the response to `GET /v1/jobs/{id}`; None if `owner` has no such job."""
    outputs = storage.list_outputs(owner, job_id)
    if ids.ticket_key(owner, job_id) not in outputs:
        return None
    ticket = storage.load_ticket(owner, job_id)
    upload = storage.list_uploads(owner, job_id).get(ticket.key)
    return {
        "id": ticket.id,
        "file_name": ticket.file_name,
        "content_type": ticket.content_type,
        "formats": list(ticket.formats),
        "decoder": ticket.decoder,
        "punctuate": ticket.punctuate,
        "vocabulary": list(ticket.vocabulary),
        "channels": ticket.channels,
        "channel_names": list(ticket.channel_names),
        "expires_at": ticket.expires_at,
        **_state(storage, ticket, upload, outputs, now),
    }


def _state(
    storage: JobStorage,
    ticket: Ticket,
    upload: ListedObject | None,
    outputs: dict[str, ListedObject],
    now: datetime,
) -> Document:
    result, error = object_keys.result_key(ticket.key), object_keys.error_key(ticket.key)
    if result in outputs and _is_current(document := storage.load_json(result), upload):
        state: Document = {"status": "succeeded", "results": _result_links(storage, ticket)}
        if outputs[result].bytes <= MAX_INLINE_BYTES:
            state["transcript"] = document
        return state
    if error in outputs and _is_current(document := storage.load_json(error), upload):
        return {"status": "failed", "problem": document}
    if upload is None:
        return {"status": "awaiting_upload"}
    return {"status": "running" if _is_leased(storage, ticket, now) else "queued"}


def _is_current(document: Document, upload: ListedObject | None) -> bool:
    """Whether a document belongs to the present upload, not to one that was replaced."""
    return upload is None or document["source"]["etag"] == upload.etag


def _result_links(storage: JobStorage, ticket: Ticket) -> dict[str, str]:
    """Links to the requested results by format; all were written before the JSON document."""
    return {
        name: storage.presigned_url(
            object_keys.result_key(ticket.key)
            if name == "json"
            else object_keys.extra_format_key(ticket.key, name)
        )
        for name in ticket.formats
    }


def _is_leased(storage: JobStorage, ticket: Ticket, now: datetime) -> bool:
    lease = storage.load_json_if_present(object_keys.lease_key(ticket.key))
    return lease is not None and now < datetime.fromisoformat(lease["expires"])
