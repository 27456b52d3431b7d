"""The same routes on this machine: `uvicorn handlers.local:app`."""

import base64
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from aws_lambda_powertools.event_handler import HttpResolverLocal
from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

from asr.settings import Settings
from handlers.http.jobs import add_job_routes
from handlers.http.page import add_page
from handlers.http.requests import MAX_BODY_BYTES
from handlers.http.transcription import add_routes
from handlers.observability import metrics
from jobs.settings import JobSettings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class LocalServer(HttpResolverLocal):
    """Powertools' local resolver, with bodies in base64 as API Gateway hands binary ones on.

    Without that, a body that is not UTF-8 ends in an exception; so does a header. Requests are
    answered one after another, as Lambda does.
    """

    async def __call__(  # type: ignore[override] # as in the class that this extends
        self, scope: Message, receive: Receive, send: Send
    ) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        body = base64.b64encode(await _read_body(receive))

        async def received() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        headers = [(name, _as_utf8(value)) for name, value in scope["headers"]]
        await super().__call__({**scope, "headers": headers}, received, send)
        metrics.clear_metrics()  # nobody reads them here

    async def _resolve_async(self) -> dict[str, Any]:  # type: ignore[override] # as above
        # Powertools 3.37 runs each middleware in a thread of asyncio's pool, where it waits for the
        # next one: as many requests at once as the pool has threads, and all wait for ever. A
        # browser that fetches the page's modules is enough.
        return self._resolve().build(self.current_event, self._cors)

    def _to_proxy_event(self, event: dict[str, Any]) -> BaseProxyEvent:
        return super()._to_proxy_event(event | {"isBase64Encoded": True})


def _as_utf8(value: bytes) -> bytes:
    """A header's value, which may hold any byte (RFC 9110, 5.5), with those as characters."""
    return value.decode("latin-1").encode()


async def _read_body(receive: Receive) -> bytes:
    """Read a whole body; of one that is over the limit, only as much as shows that it is."""
    body = bytearray()
    while True:
        message = await receive()
        if len(body) <= MAX_BODY_BYTES:
            body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body[: MAX_BODY_BYTES + 1])


app = LocalServer(enable_validation=True)
add_routes(app, Settings.from_environment())
add_job_routes(app, JobSettings.read())
add_page(app, JobSettings.read())
