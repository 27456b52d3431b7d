"""Local server with all routes: `uvicorn handlers.local:app`."""

import base64
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from aws_lambda_powertools.event_handler import HttpResolverLocal
from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

from asr.settings import Settings
from handlers.http.bodies import MAX_BODY_BYTES
from handlers.http.jobs import add_job_routes
from handlers.http.page import add_page_routes
from handlers.http.routes import add_api_routes
from handlers.observability import metrics
from jobs.settings import JobSettings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class LocalResolver(HttpResolverLocal):
    """Powertools' local resolver, with request bodies in base64 as API Gateway passes binary ones.

    Powertools itself raises for bodies and headers that are not UTF-8. Requests are handled one
    after another, as in Lambda.
    """

    async def __call__(  # type: ignore[override] # as in the class that this extends
        self, scope: Message, receive: Receive, send: Send
    ) -> None:
        """ASGI application."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        body = base64.b64encode(await _read_body(receive))

        async def receive_body() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        headers = [(name, _as_utf8(value)) for name, value in scope["headers"]]
        await super().__call__({**scope, "headers": headers}, receive_body, send)
        metrics.clear_metrics()  # they are not published here

    async def _resolve_async(self) -> dict[str, Any]:  # type: ignore[override] # as above
        # Powertools 3.37 runs each middleware in a thread of asyncio's pool, where it waits for the
        # next one. As many concurrent requests as the pool has threads therefore deadlock; one
        # browser that fetches the modules of the page is enough.
        return self._resolve().build(self.current_event, self._cors)

    def _to_proxy_event(self, event: dict[str, Any]) -> BaseProxyEvent:
        return super()._to_proxy_event(event | {"isBase64Encoded": True})


def _as_utf8(value: bytes) -> bytes:
    """Re-encode a header value, which may contain any byte (RFC 9110, 5.5), as UTF-8."""
    return value.decode("latin-1").encode()


async def _read_body(receive: Receive) -> bytes:
    """Read a request body, up to one byte more than the limit."""
    body = bytearray()
    while True:
        message = await receive()
        if len(body) <= MAX_BODY_BYTES:
            body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body[: MAX_BODY_BYTES + 1])


app = LocalResolver(enable_validation=True)
add_api_routes(app, Settings.from_environment(), JobSettings.from_environment())
add_job_routes(app, JobSettings.from_environment())
add_page_routes(app, JobSettings.from_environment())
