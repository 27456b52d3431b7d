"""What has become of a job, told from what lies in its two buckets."""

from datetime import datetime
from typing import Any

from batch import object_keys
from jobs import ids
from jobs.storage import Storage, Stored
from jobs.tickets import Ticket

# Of a result within an answer. Lambda's is 6 MB at most, and quotes and accents are escaped in it;
# this is about three hours of speech.
MAX_INLINE_BYTES = 2 * 1024 * 1024

Members = dict[str, Any]


def look_up(storage: Storage, owner: str, job_id: str, now: datetime) -> Members | None:
    """The members of the answer to `GET /v1/jobs/{id}`; None if `owner` has no such job."""
    outputs = storage.outputs(owner, job_id)
    if ids.ticket_key(owner, job_id) not in outputs:
        return None
    ticket = storage.ticket(owner, job_id)
    upload = storage.uploads(owner, job_id).get(ticket.key)
    return {
        "id": ticket.id,
        "file_name": ticket.file_name,
        "content_type": ticket.content_type,
        "formats": list(ticket.formats),
        "decoder": ticket.decoder,
        "expires_at": ticket.expires_at,
        **_state(storage, ticket, upload, outputs, now),
    }


def _state(
    storage: Storage,
    ticket: Ticket,
    upload: Stored | None,
    outputs: dict[str, Stored],
    now: datetime,
) -> Members:
    result, error = object_keys.result_key(ticket.key), object_keys.error_key(ticket.key)
    if result in outputs and _is_of(document := storage.read(result), upload):
        state: Members = {"status": "succeeded", "results": _links(storage, ticket)}
        if outputs[result].bytes <= MAX_INLINE_BYTES:
            state["transcript"] = document
        return state
    if error in outputs and _is_of(document := storage.read(error), upload):
        return {"status": "failed", "problem": document}
    if upload is None:
        return {"status": "awaiting_upload"}
    return {"status": "running" if _is_leased(storage, ticket, now) else "queued"}


def _is_of(document: Members, upload: Stored | None) -> bool:
    """Whether a document speaks of what lies there, and not of what a second upload replaced."""
    return upload is None or document["source"]["etag"] == upload.etag


def _links(storage: Storage, ticket: Ticket) -> dict[str, str]:
    """Links to the results that were asked for, by format; all are there before the document is."""
    return {
        form: storage.link(
            object_keys.result_key(ticket.key)
            if form == "json"
            else object_keys.extra_format_key(ticket.key, form)
        )
        for form in ticket.formats
    }


def _is_leased(storage: Storage, ticket: Ticket, now: datetime) -> bool:
    lease = storage.find(object_keys.lease_key(ticket.key))
    return lease is not None and now < datetime.fromisoformat(lease["expires"])
