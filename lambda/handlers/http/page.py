"""The web page: `lambda/web/index.html` at `/`, its assets below `/web/<digest>/`.

The URL of an asset contains the digest of all of them, so that browsers cache assets permanently
and never mix two releases; the HTML is revalidated each time. The files are read at the first
request.
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
HTML = "index.html"
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
REVALIDATE = "no-cache"
IMMUTABLE = "public, max-age=31536000, immutable"  # a year, the longest that caches honour
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@dataclass(frozen=True)
class WebPage:
    """Files of the page by name, and their common digest."""

    files: Mapping[str, str]
    digest: str

    @property
    def html(self) -> str:
        """The HTML, with the digest in the URLs of its assets."""
        return self.files[HTML].replace('"web/', f'"web/{self.digest}/')


@cache
def load_page() -> WebPage:
    """Read the files of `lambda/web`, once."""
    paths = sorted(path for path in WEB.iterdir() if path.suffix in MEDIA_TYPES)
    files = {path.name: path.read_text(encoding="utf-8") for path in paths}
    digest = hashlib.sha256("\0".join(text for file in files.items() for text in file).encode())
    return WebPage(files, digest.hexdigest()[:16])


def add_page_routes(app: ApiGatewayResolver, jobs: JobSettings | None) -> None:
    """Add the routes of the page to `app`; the OpenAPI document does not list them."""
    storage = storage_origins(jobs, os.environ)

    @app.get("/", include_in_schema=False)
    def html() -> Response[str]:
        page = load_page()
        headers = security_headers(page.files[HTML], storage)
        return _file_response(app, page, HTML, page.html, headers | {"Cache-Control": REVALIDATE})

    @app.get("/web/<digest>/<name>", include_in_schema=False)
    def asset(digest: str, name: str) -> Response[str]:
        page = load_page()
        # Only names of loaded files are valid, so no path leads out of the folder.
        if name not in page.files:
            raise NotFoundError
        # A page that was loaded before a release gets the new asset, but must not cache it.
        caching = IMMUTABLE if digest == page.digest else REVALIDATE
        headers = {"Cache-Control": caching, "X-Content-Type-Options": "nosniff"}
        return _file_response(app, page, name, page.files[name], headers)


def security_headers(html: str, storage: Sequence[str]) -> dict[str, str]:
    """Headers that restrict the page to what it needs (Content Security Policy, level 3)."""
    policy = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *_script_hashes(html)],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "media-src": ["blob:"],
        "connect-src": ["'self'", *storage],
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


def storage_origins(jobs: JobSettings | None, environment: Mapping[str, str]) -> list[str]:
    """Origins of presigned uploads and results: the job buckets in S3, or at its emulator."""
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


def _script_hashes(html: str) -> list[str]:
    """CSP hash sources of the inline scripts."""
    digests = (hashlib.sha256(s.encode()).digest() for s in _INLINE_SCRIPT.findall(html))
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def _file_response(
    app: ApiGatewayResolver, page: WebPage, name: str, content: str, headers: dict[str, str]
) -> Response[str]:
    """A file, or 304 if the client has it in its cache (RFC 9110, 13.1.2)."""
    tag = f'"{page.digest}"'
    headers = headers | {"ETag": tag}
    if tag in app.current_event.headers.get("if-none-match", ""):
        return Response(304, body="", headers=headers)
    return Response(200, MEDIA_TYPES[Path(name).suffix], content, headers)
