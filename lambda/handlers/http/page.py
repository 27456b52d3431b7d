"""The page that records and shows: `lambda/web` at `/`, its parts below `/web/<digest>/`.

The digest of all parts is in their address, so a browser asks for them once and never mixes two
releases; the document itself is asked for anew each time. Nothing is read before the first request.
"""

import base64
import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from jobs.settings import JobSettings

WEB = Path(__file__).parents[2] / "web"
DOCUMENT = "index.html"
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
ASK_EACH_TIME = "no-cache"
KEEP = "public, max-age=31536000, immutable"  # a year, the most that HTTP caches go by
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@dataclass(frozen=True)
class Page:
    """The files of the page by name, and the digest of them all."""

    files: Mapping[str, str]
    digest: str

    @property
    def document(self) -> str:
        """The HTML, which asks for its parts by their digest."""
        return self.files[DOCUMENT].replace('"web/', f'"web/{self.digest}/')


@cache
def read_page() -> Page:
    """Read `lambda/web`, once."""
    paths = sorted(path for path in WEB.iterdir() if path.suffix in MEDIA_TYPES)
    files = {path.name: path.read_text(encoding="utf-8") for path in paths}
    digest = hashlib.sha256("\0".join(part for item in files.items() for part in item).encode())
    return Page(files, digest.hexdigest()[:16])


def add_page(app: ApiGatewayResolver, jobs: JobSettings | None) -> None:
    """Add the page's routes to `app`; they are no part of the interface for programs."""
    uploads = upload_sources(jobs, os.environ)

    @app.get("/", include_in_schema=False)
    def document() -> Response[str]:
        page = read_page()
        headers = security_headers(page.files[DOCUMENT], uploads)
        return _answer(
            app, page, DOCUMENT, page.document, headers | {"Cache-Control": ASK_EACH_TIME}
        )

    @app.get("/web/<digest>/<name>", include_in_schema=False)
    def part(digest: str, name: str) -> Response[str]:
        page = read_page()
        # A name is looked up among those that were read, so that it leads nowhere else.
        if name not in page.files:
            raise NotFoundError
        # A page that was loaded before a release gets what there is, but does not keep it.
        caching = KEEP if digest == page.digest else ASK_EACH_TIME
        headers = {"Cache-Control": caching, "X-Content-Type-Options": "nosniff"}
        return _answer(app, page, name, page.files[name], headers)


def security_headers(document: str, uploads: Sequence[str]) -> dict[str, str]:
    """What the browser lets the page do, and nothing else (Content Security Policy, level 3)."""
    policy = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *_hashes(document)],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "media-src": ["blob:"],
        "connect-src": ["'self'", *uploads],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
        "require-trusted-types-for": ["'script'"],
    }
    return {
        "Content-Security-Policy": "; ".join(" ".join([k, *v]) for k, v in policy.items()),
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def upload_sources(jobs: JobSettings | None, environment: Mapping[str, str]) -> list[str]:
    """Where presigned uploads and results lie: the buckets of jobs in S3, or at its stand-in."""
    if jobs is None:
        return []
    buckets = (jobs.input_bucket, jobs.output_bucket)
    endpoint = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    if endpoint:
        scheme, host = urlsplit(endpoint)[:2]
        return [f"{scheme}://{host}", *(f"{scheme}://{bucket}.{host}" for bucket in buckets)]
    region = environment.get("AWS_REGION", "us-east-1")
    hosts = [f"s3.{region}.amazonaws.com", "s3.amazonaws.com"]
    return [f"https://{bucket}.{host}" for bucket in buckets for host in hosts]


def _hashes(document: str) -> list[str]:
    """The inline scripts, each by its digest."""
    digests = (hashlib.sha256(s.encode()).digest() for s in _INLINE_SCRIPT.findall(document))
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def _answer(
    app: ApiGatewayResolver, page: Page, name: str, content: str, headers: dict[str, str]
) -> Response[str]:
    """A file, or 304 to who has it already (RFC 9110, 13.1.2)."""
    tag = f'"{page.digest}"'
    headers = headers | {"ETag": tag}
    if tag in app.current_event.headers.get("if-none-match", ""):
        return Response(304, body="", headers=headers)
    return Response(200, MEDIA_TYPES[Path(name).suffix], content, headers)
